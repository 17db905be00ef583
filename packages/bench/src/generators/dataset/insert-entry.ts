import { SpotbenchError } from '@spotbench/core';
import { formatted } from '../format.ts';

/**
 * The text of datasets.json with one more data set at its end; every other byte stays.
 *
 * @throws SpotbenchError `bad-config` when `datasets` is not its last field.
 */
export async function insertEntry(text: string, name: string, entry: object): Promise<string> {
  const end = /\n {4}\}\n {2}\}\n\}\n?$/.exec(text);
  if (!end)
    throw new SpotbenchError(
      'bad-config',
      'datasets.json: needed "datasets" as its last field, formatted by npm run format:write',
    );
  const alone = await formatted('datasets.json', JSON.stringify({ datasets: { [name]: entry } }).replace('{', '{\n'));
  const lines = indented(alone, name);
  return `${text.slice(0, end.index)}\n    },\n${lines}\n  }\n}\n`;
}

/** The entry as it stands within datasets.json. */
function indented(text: string, name: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim().startsWith(`"${name}": {`));
  return lines.slice(first, lines.lastIndexOf('  }')).join('\n');
}
