/** The part of Nx's file tree that generators use: changes are kept in memory and written at the end, or shown in a dry run. */
export interface Tree {
  /** The workspace. */
  readonly root: string;
  exists(path: string): boolean;
  read(path: string, encoding: 'utf8'): string | null;
  write(path: string, content: string): void;
}

/** What Nx runs once the changes are written. */
export type Afterwards = () => void;
