/** How far PyTorch's own float32 run was from the golden values, and what follows from it for values without a figure. */
import type { GoldenFile } from './golden-file.ts';

/** The figure of a single value; null where the file gives none. */
export function peerError({ peer }: GoldenFile, name: string): number | null {
  const figure = Object.hasOwn(peer, name) ? peer[name] : undefined;
  return typeof figure === 'number' ? figure : null;
}

/**
 * What float32 can know of a probe or a loss term that has no figure: as much as of the worst forward value that has one.
 * (The probe of MViTGene's nine tiles in training mode is such: PyTorch's float32 run is off by 7e-5 of its norm.)
 */
export function knownForward(golden: GoldenFile): number {
  return Math.max(0, ...[...Object.keys(golden.arrays), 'loss'].map((name) => peerError(golden, name) ?? 0));
}

/**
 * What float32 can know of loss number `i`. Before the first step that is the file's figure. After a step it is chance how
 * far the rounding errors of a million weights cancel, and the figure is one draw: PyTorch's first loss of mclstexp-small is
 * right to 9e-6 although single layers put it off by 2e-4 either way. So it is held to the worst figure up to then, and to
 * no less than the usual error of the gradient that the step followed.
 */
export function knownLoss(golden: GoldenFile, i: number): number | null {
  const figures = (golden.peer.training_losses ?? []).slice(0, i + 1);
  if (figures.length <= i) return null;
  const gradient = i === 0 ? 0 : (golden.peer.gradient_probe_over_l2?.median ?? 0);
  return Math.max(gradient, ...figures);
}

/** What float32 can know of running statistics after training: as much as of the losses, in parts of the first loss. */
export function knownStatistics(golden: GoldenFile): number | null {
  const figures = golden.peer.training_losses ?? [];
  const [first, ...rest] = golden.training.losses.map(Math.abs);
  if (figures.length === 0) return null;
  return Math.max(...figures.map((figure, i) => (figure * [first, ...rest][i]) / first));
}

/**
 * What float32 can know of a parameter after training, as a share of the way it can have come: a step of Adam is nearly a
 * sign, a gradient known to a share e has about that share of its signs wrong, and then a probe is off by sqrt(e).
 */
export function knownMovement(golden: GoldenFile): number {
  return Math.sqrt(golden.peer.gradient_probe_over_l2?.max ?? 0);
}
