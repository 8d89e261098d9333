import type { Writable } from 'node:stream';
import { bytesText } from './amounts.ts';

interface Step {
  readonly step: string;
  readonly bytes: number;
  readonly bytesTotal?: number;
}

export interface ProgressLine {
  tell(step: Step): void;
  /** Leaves the terminal at the beginning of a line. */
  end(): void;
}

const REDRAW_MS = 200;

/** Tells how far something is: on a terminal in one line that changes, else in a line for each step. */
export function progressLine(out: Writable, nowMs: () => number): ProgressLine {
  const redraws = 'isTTY' in out && out.isTTY === true;
  let step: string | undefined;
  let drawnMs = 0;
  return {
    tell(now) {
      const isNew = now.step !== step;
      if (!isNew && (!redraws || nowMs() - drawnMs < REDRAW_MS)) return;
      step = now.step;
      drawnMs = nowMs();
      out.write(redraws ? `\r\u{1b}[K${now.step}${amount(now)}` : `${now.step}\n`);
    },
    end() {
      if (redraws && step !== undefined) out.write('\r\u{1b}[K');
    },
  };
}

function amount({ bytes, bytesTotal }: Step): string {
  if (bytesTotal !== undefined && bytesTotal > 0) return `: ${Math.floor((100 * bytes) / bytesTotal)} %`;
  return bytes > 0 ? `: ${bytesText(bytes)}` : '';
}
