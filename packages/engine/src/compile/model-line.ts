/** Stack frames of the libraries between a model and its kernels; what is left is the model's own code. */
const NOT_THE_MODEL = /node_modules|node:|packages\/engine\/(src|dist)\/(compile|engines)\/|<anonymous>/;

/** How many frames name an op in a layer in a model without burying the message. */
const FRAMES = 3;

/** The innermost lines of the model on an error's stack, e.g. `linear.ts:31 < attention.ts:57 < model.ts:80`. */
export function modelLine(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const model = frames.filter((line) => !NOT_THE_MODEL.test(line)).slice(0, FRAMES);
  return model.map((line) => /([^/\\(]+:\d+):\d+\)?$/.exec(line)?.[1] ?? line.trim().slice(3)).join(' < ');
}
