import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { confirm } from './confirm.ts';

const terminal = (isTTY = true) => Object.assign(new PassThrough(), { isTTY });

function answered(keys: string): Promise<void> {
  const [input, output] = [terminal(), terminal()];
  output.once('data', () => input.write(keys));
  return confirm('fetch 2 files', input, output);
}

it.each(['y\n', 'YES\n'])('takes %j for yes', async (keys) => {
  await expect(answered(keys)).resolves.toBeUndefined();
});

it.each(['\n', 'n\n', 'yellow\n', '\x03', '\x04'])('takes %j for no', async (keys) => {
  await expect(answered(keys)).rejects.toMatchObject({ tag: 'bad-config', message: 'nothing was fetched' });
});

it('asks nobody where there is no terminal', async () => {
  await expect(confirm('fetch 2 files', terminal(false), terminal())).rejects.toThrow('nobody here to ask; add --yes');
});
