import type { CurrentHole, PageNumber, PagesRegion, StepHref, StepRegion } from './nodes.ts';
import { runSteps } from './program.ts';
import type { Step } from './program.ts';
import { writeSlot } from './slot.ts';
import type { PageLink } from './template.ts';

export function linkCurrent({ slot, path }: CurrentHole): Step {
  return (state) => {
    if (state.address === path) state.out += writeSlot(slot, slot.value ?? 'page');
    else state.out += slot.value === 'page' ? '' : slot.original;
  };
}

export function linkStep({ pagination, step }: StepRegion, inner: readonly Step[]): Step {
  return (state) => {
    const found = state.data.paginations[pagination];
    if (!found || found[step] !== undefined) runSteps(inner, state);
  };
}

export function linkStepHref({ pagination, step, slot }: StepHref): Step {
  return (state) => {
    state.out += writeSlot(slot, state.data.paginations[pagination]?.[step]);
  };
}

export function linkPages(node: PagesRegion): Step {
  return (state) => {
    const found = state.data.paginations[node.pagination];
    if (!found) {
      state.out += node.original;
      return;
    }
    state.out += found.pages
      .flatMap((page, index) => {
        const follows = page.number === (found.pages[index - 1]?.number ?? page.number - 1) + 1;
        const number = writeNumber(node, page);
        return follows || node.gap === null ? [number] : [node.gap, number];
      })
      .join(node.separator);
  };
}

function writeNumber(node: PagesRegion, page: PageLink): string {
  const shape: PageNumber = page.current && node.current ? node.current : node.plain;
  return shape
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.kind === 'number') return String(page.number);
      if (part.kind === 'href') return writeSlot(part.slot, page.href);
      return page.current ? writeSlot(part.slot, part.slot.value ?? 'page') : writeSlot(part.slot, null);
    })
    .join('');
}
