/** Which update a learning rate is asked for; `update` counts from 0. */
export interface ScheduleMoment {
  readonly update: number;
  /** Updates of the whole training. */
  readonly updates: number;
  readonly updatesPerEpoch: number;
}

/** Learning rate of an update. A pure function of the moment, so a resumed run needs no schedule state. */
export type Schedule = (moment: ScheduleMoment) => number;

/** The same rate throughout. */
export function constantSchedule(rate: number): Schedule {
  return () => rate;
}

/** Where a cosine schedule starts and ends, and whether it moves with every update or once an epoch. */
export interface CosineOptions {
  readonly from: number;
  readonly to: number;
  readonly per: 'epoch' | 'update';
}

/**
 * to + (from - to) (1 + cos(pi s / S)) / 2, with s of S the epoch or the update.
 *
 * Source: Loshchilov and Hutter 2017, "SGDR", equation 5 without restarts; torch's CosineAnnealingLR with T_max = S.
 */
export function cosineSchedule({ from, to, per }: CosineOptions): Schedule {
  return ({ update, updates, updatesPerEpoch }) => {
    const held = per === 'epoch' ? updatesPerEpoch : 1;
    const position = Math.floor(update / held) / Math.ceil(updates / held);
    return to + ((from - to) * (1 + Math.cos(Math.PI * position))) / 2;
  };
}

/**
 * (update + 1) / warmUp of the following schedule's first rate while update < warmUp; then the following schedule, from
 * its beginning, over the updates that are left.
 */
export function linearWarmUp(warmUp: number, following: Schedule): Schedule {
  return ({ update, updates, updatesPerEpoch }) => {
    const left = { updates: Math.max(1, updates - warmUp), updatesPerEpoch };
    if (update < warmUp) return (following({ update: 0, ...left }) * (update + 1)) / warmUp;
    return following({ update: update - warmUp, ...left });
  };
}
