import type { Section } from '../report.ts';

/** What every suite is told. */
export interface SuiteOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** An empty folder for the suite's own files. */
  readonly folder: string;
  /** The largest table and the largest site of the cost curves. */
  readonly rowsMax: number;
  readonly pagesMax: number;
  /** Small sizes, to see that everything runs. */
  readonly quick: boolean;
}

export interface Suite {
  readonly name: string;
  run(options: SuiteOptions): Promise<Section>;
}
