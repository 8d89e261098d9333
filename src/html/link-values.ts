import { safeUrl } from '../schema/index.ts';
import { escapeContent, escapeText } from './escape.ts';
import { escapeInAttribute } from './escape-url.ts';
import { linkInStyle } from './link.ts';
import type {
  AttributeHole,
  ClassHole,
  MarkupHole,
  SetHole,
  SrcsetHole,
  TextHole,
  ValueRef,
  WordsAttribute,
  WordsHole,
} from './nodes.ts';
import type { Display } from './reading.ts';
import { machineText, plainText, printer, sameValue, sampleOf, typeOfRef, valueOf } from './program.ts';
import type { Linker, State, Step } from './program.ts';
import { renderMarkdown, sanitiseHtml } from './sanitise.ts';
import { writeFlag, writeSlot } from './slot.ts';
import { srcsetFor, widthQuery } from './srcset.ts';
import { singlePath } from './text-template.ts';
import type { TextTemplate } from './text-template.ts';

/** Text of an element, escaped for it. */
function contentOf(text: string, hole: { readonly tag: string; readonly first: boolean }): string {
  return hole.first ? escapeContent(hole.tag, text) : escapeText(text);
}

export function linkText(linker: Linker, hole: TextHole): Step {
  const { ref, original } = hole;
  const sample = sampleOf(linker, ref);
  const print = printer(typeOfRef(linker, ref), hole.display);
  return (state) => {
    const value = valueOf(state, ref);
    const unchanged = sample !== undefined && sameValue(value, sample);
    state.out += unchanged ? original : contentOf(print(value, state.data.timeZone), hole);
  };
}

export function linkMarkup(linker: Linker, hole: MarkupHole): Step {
  const { ref, original, classes, container } = hole;
  const sample = sampleOf(linker, ref);
  return (state) => {
    const value = valueOf(state, ref);
    if (sample !== undefined && sameValue(value, sample)) state.out += original;
    else if (typeof value === 'string') {
      state.out += hole.markdown ? renderMarkdown(value, classes, container) : sanitiseHtml(value, classes, container);
    }
  };
}

export function linkAttribute(linker: Linker, hole: AttributeHole): Step {
  const { ref, slot } = hole;
  const sample = sampleOf(linker, ref);
  const type = typeOfRef(linker, ref);
  return (state) => {
    const value = valueOf(state, ref);
    if (sample !== undefined && sameValue(value, sample)) state.out += slot.original;
    else if (value === null) state.out += writeSlot(slot, null);
    else {
      const text = machineText(type, value);
      const shown = hole.url ? linkInStyle(safeUrl(text), slot.value ?? '', state.data.path) : text;
      state.out += writeSlot(slot, shown + widthQuery(text, hole.width));
    }
  };
}

export function linkSrcset(linker: Linker, hole: SrcsetHole): Step {
  const { ref, slot } = hole;
  const sample = sampleOf(linker, ref);
  return (state) => {
    const value = valueOf(state, ref);
    if (sample !== undefined && sameValue(value, sample)) state.out += slot.original;
    else if (typeof value !== 'string') state.out += writeSlot(slot, null);
    else state.out += writeSlot(slot, srcsetFor(hole, value, linkInStyle(safeUrl(value), hole.style, state.data.path)));
  };
}

/** Whether every hole of a text shows what the author's own bytes stand for. */
function allAsWritten(linker: Linker, refs: readonly ValueRef[]): (state: State) => boolean {
  const samples = refs.map((ref) => sampleOf(linker, ref));
  if (samples.includes(undefined)) return () => false;
  return (state) => refs.every((ref, index) => sameValue(valueOf(state, ref), samples[index]));
}

/** How a column is shown elsewhere in its row, for `data-text`. */
function displayOf(linker: Linker, ref: ValueRef, lang: string): Display {
  const variants = linker.layout.readers[ref.scope]?.variants ?? [];
  const fields = (variants[ref.variant] ?? variants[0])?.fields ?? [];
  return fields.find(({ name, display }) => name === ref.path && display.format)?.display ?? { lang };
}

export function linkWords(linker: Linker, hole: WordsHole): Step {
  const asWritten = allAsWritten(linker, hole.refs);
  const prints = hole.refs.map((ref) => printer(typeOfRef(linker, ref), displayOf(linker, ref, hole.lang)));
  return (state) => {
    if (asWritten(state)) {
      state.out += hole.original;
      return;
    }
    let next = 0;
    let text = '';
    for (const part of hole.parts) {
      if (typeof part === 'string') text += part;
      else {
        text += prints[next]!(valueOf(state, hole.refs[next]!), state.data.timeZone);
        next++;
      }
    }
    state.out += contentOf(text, hole);
  };
}

/** Text made of columns, with machine values, not yet escaped for any place. */
export function linkParts(linker: Linker, parts: TextTemplate, refs: readonly ValueRef[]): (state: State) => string {
  const types = refs.map((ref) => typeOfRef(linker, ref));
  return (state) => {
    let next = 0;
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else {
        text += plainText(types[next], valueOf(state, refs[next]!));
        next++;
      }
    }
    return text;
  };
}

export function linkWordsAttribute(linker: Linker, hole: WordsAttribute): Step {
  const { slot, parts, refs, context } = hole;
  const asWritten = allAsWritten(linker, refs);
  const types = refs.map((ref) => typeOfRef(linker, ref));
  const single = singlePath(parts) === undefined ? undefined : refs[0];
  const flag = !/^(?:aria|data)-/.test(slot.name);
  return (state) => {
    if (asWritten(state)) {
      state.out += slot.original;
      return;
    }
    const only = single && valueOf(state, single);
    if (only === null || only === false) return;
    if (only === true && flag) {
      state.out += writeFlag(slot, true);
      return;
    }
    let next = 0;
    let text = '';
    for (const [index, part] of parts.entries()) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const after = parts[index + 1];
      let value = plainText(types[next], valueOf(state, refs[next]!));
      if (single && context === 'url') value = linkInStyle(value, slot.value ?? '', state.data.path);
      text += escapeInAttribute(context, text, value, typeof after === 'string' ? after : '');
      next++;
    }
    state.out += writeSlot(slot, text);
  };
}

export function linkSet(linker: Linker, hole: SetHole): Step {
  const { ref, slot, before, after, separator } = hole;
  const sample = sampleOf(linker, ref);
  return (state) => {
    const value = valueOf(state, ref);
    if (sample !== undefined && sameValue(value, sample)) {
      state.out += hole.original;
      return;
    }
    const members = value === null ? [] : typeof value === 'object' ? value : [String(value)];
    state.out += members
      .map((member) => {
        if (!slot) return before + escapeText(member) + after;
        const url = slot.name === 'href' || slot.name === 'src' || slot.name === 'data';
        const written = url ? linkInStyle(safeUrl(member), slot.value ?? '', state.data.path) : member;
        return before + writeSlot(slot, written) + after;
      })
      .join(separator);
  };
}

export function linkClass(hole: ClassHole): Step {
  const { slot, switches } = hole;
  const base = (slot.value ?? '').split(/[\t\n\f\r ]+/).filter(Boolean);
  return (state) => {
    const classes = new Set(base);
    let changed = false;
    for (const { name, condition } of switches) {
      const on = state.current.conditions[condition] === true;
      if (on === classes.has(name)) continue;
      changed = true;
      if (on) classes.add(name);
      else classes.delete(name);
    }
    state.out += changed ? writeSlot(slot, classes.size > 0 ? [...classes].join(' ') : null) : slot.original;
  };
}
