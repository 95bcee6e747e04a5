/** What reading files takes of the machine. */
export interface ReadOptions {
  /** Where files are unpacked to. */
  readonly folder: string;
  readonly memory: string;
  readonly threads?: number;
}
