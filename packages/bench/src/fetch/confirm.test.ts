import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { confirm } from './confirm.ts';
import { untilInterrupted } from './until-interrupted.ts';

const terminal = (isTTY = true) => Object.assign(new PassThrough(), { isTTY });

function answered(keys: string): Promise<void> {
  const [input, output] = [terminal(), terminal()];
  output.once('data', () => input.write(keys));
  return confirm('fetch 2 files', input, output);
}

it.each(['y\n', 'YES\n'])('takes %j for yes', async (keys) => {
  await expect(answered(keys)).resolves.toBeUndefined();
});

it.each(['\n', 'n\n', 'yellow\n', '\x04'])('takes %j for no', async (keys) => {
  const no = { tag: 'bad-config', message: 'fetch 2 files: the answer was no' };
  await expect(answered(keys)).rejects.toMatchObject(no);
});

it('passes Ctrl-C on, so that nothing else is asked or fetched', async () => {
  const stopped = untilInterrupted(async (signal) => {
    await answered('\x03').catch(() => undefined);
    signal.throwIfAborted();
  });
  await expect(stopped).rejects.toThrow('stopped; what has arrived is kept');
});

it('asks nobody where there is no terminal', async () => {
  await expect(confirm('fetch 2 files', terminal(false), terminal())).rejects.toThrow('nobody here to ask; add --yes');
});
