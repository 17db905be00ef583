import { format } from 'prettier';

/** Text as the workspace's formatter leaves it, so that generated files pass `npm run format`. */
export async function formatted(path: string, text: string): Promise<string> {
  return format(text, { filepath: path, printWidth: 120, singleQuote: true, proseWrap: 'preserve' });
}
