/** The checks of a method, in the order in which they are made. */
export const CHECKS = [
  'fit',
  'shapes',
  'finite',
  'gradients',
  'loss falls',
  'same seed',
  'save and load',
  'batch size',
  'spot order',
  'key chunks',
  'reference bank',
  'test expression',
  'leaks',
  'memory',
  'time',
] as const;

/** A check of a method. */
export type CheckName = (typeof CHECKS)[number];

/** How a check went. `note`: not as it should be, for a reason that is declared, or nothing to fail for. */
export type CheckStatus = 'pass' | 'fail' | 'note' | 'not applicable';

/** What a check found. */
export interface CheckFinding {
  readonly status: CheckStatus;
  /** One line: what was found, what was needed. */
  readonly found: string;
  /** The numbers behind it, by name. */
  readonly numbers?: Readonly<Record<string, number>>;
}

/** A check and what it found. */
export interface CheckResult extends CheckFinding {
  readonly check: CheckName;
  readonly seconds: number;
}

/** `pass` or `fail` by a condition. */
export function verdict(holds: boolean, found: string, numbers?: CheckFinding['numbers']): CheckFinding {
  return { status: holds ? 'pass' : 'fail', found, numbers };
}

/** What cannot be asked of this method, and why. */
export const notApplicable = (found: string): CheckFinding => ({ status: 'not applicable', found });
