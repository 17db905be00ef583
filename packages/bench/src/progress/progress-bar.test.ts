import { WriteStream } from 'node:tty';
import { afterEach, expect, it, vi } from 'vitest';
import { createProgressBar } from './progress-bar.ts';

afterEach(() => {
  vi.useRealTimers();
});

it.each([50, 120])('shows the ETA on a terminal of %i columns', (columns) => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  let text = '';
  const write = (chunk: string): boolean => ((text += chunk), true);
  const stream = Object.assign(Object.create(WriteStream.prototype) as WriteStream, { isTTY: true, columns, write });
  const bar = createProgressBar('fetch her2st', stream);
  for (let done = 0; done < 6; done++) {
    vi.advanceTimersByTime(1000);
    bar.update(done, 100, 'MB, 3.8 MB/s');
  }
  bar.stop();
  const line = text
    .split('\x1b')
    .find((part) => part.includes('ETA'))
    ?.replace(/^\[[?0-9]*[A-Za-z]/, '');
  expect(line!.slice(0, columns)).toMatch(/\d+\/100 \| ETA \d+(s|m)/);
});
