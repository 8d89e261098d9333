/** What was asked of the server, written down before it was sent, and what it answered. */
export interface Operation {
  /** Unique text that the write carries, where it carries one. */
  readonly token: string;
  readonly kind: 'post' | 'create' | 'update' | 'delete' | 'undo' | 'upload';
  readonly table: string;
  /** Known before, for what concerns a row that is there. */
  readonly rowId?: string;
  /** The version that the change makes, where the request says on which it rests. */
  readonly version?: number;
  /** Values as the log carries them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** SHA-256 of the file that goes with it. */
  readonly file?: string;
  /** What was sent with an `Idempotency-Key`, to be sent again when there was no answer. */
  readonly again?: {
    readonly key: string;
    readonly fields: readonly (readonly [string, string])[];
    readonly photo?: Uint8Array;
  };
  /** How many log entries the change has, where it is known. */
  readonly entries?: number;
  /** During which cycle it was sent. */
  readonly cycle: number;
  outcome: Outcome;
}

/**
 * `acknowledged`: it must be there once, whole. `refused`: it must not be there. `unknown`: no answer, or 503: it may be
 * there once, whole, or not at all.
 */
export type Outcome =
  | {
      readonly kind: 'acknowledged';
      readonly rowId?: string;
      readonly version?: number;
      readonly change?: number;
      readonly path?: string;
    }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unknown'; readonly status?: number };

export interface Ledger {
  readonly operations: readonly Operation[];
  /** Writes down what is about to be sent. */
  intend(operation: Omit<Operation, 'outcome'>): Operation;
  readonly acknowledged: number;
  /** Answers that no client should get, whatever fails: 500, or a refusal of what is right. */
  readonly surprises: string[];
  /** The ledger as it is now, unmoved by what comes after. */
  copy(): Ledger;
}

export function openLedger(before: readonly Operation[] = []): Ledger {
  const operations: Operation[] = before.map((operation) => ({ ...operation }));
  return {
    operations,
    surprises: [],
    intend(operation) {
      const intended: Operation = { ...operation, outcome: { kind: 'unknown' } };
      operations.push(intended);
      return intended;
    },
    get acknowledged() {
      return operations.filter(({ outcome }) => outcome.kind === 'acknowledged').length;
    },
    copy: () => openLedger(operations),
  };
}
