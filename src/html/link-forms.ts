import type { Value } from '../schema/index.ts';
import { escapeContent, escapeText } from './escape.ts';
import { itemControlName } from './control-name.ts';
import { linkParts } from './link-values.ts';
import type { ActionHole, ControlHole, ControlName, ErrorParagraph, ErrorTarget, InvalidHole } from './nodes.ts';
import { controlState, formState, machineText, sameValue, sampleOf, typeOfRef, valueOf } from './program.ts';
import type { Linker, State, Step } from './program.ts';
import { writeFlag, writeSlot } from './slot.ts';

export function linkAction(linker: Linker, hole: ActionHole): Step {
  return (state) => {
    const form = formState(linker, state, hole.form);
    state.out += writeSlot(hole.slot, hole.deletes ? form?.deleteAction : form?.action);
  };
}

/** A control's own value: what was sent, else the row's, else the author's. */
export function linkControlValue(linker: Linker, hole: ControlHole): Step {
  const slot = hole.slot!;
  const sample = hole.ref ? sampleOf(linker, hole.ref) : undefined;
  const type = hole.ref ? typeOfRef(linker, hole.ref) : undefined;
  return (state) => {
    const sent = controlState(linker, state, hole, hole.control)?.value;
    let text = sent;
    if (text === undefined && hole.ref) {
      const value = valueOf(state, hole.ref);
      if (sample === undefined || !sameValue(value, sample)) text = machineText(type, value);
    }
    // Without the attribute a control is empty already.
    state.out += writeSlot(slot, text === '' && slot.value === null ? undefined : text);
  };
}

export function linkControlText(linker: Linker, hole: ControlHole): Step {
  const sample = hole.ref ? sampleOf(linker, hole.ref) : undefined;
  const type = hole.ref ? typeOfRef(linker, hole.ref) : undefined;
  return (state) => {
    let text = controlState(linker, state, hole, hole.control)?.value;
    if (text === undefined && hole.ref) {
      const value = valueOf(state, hole.ref);
      if (sample === undefined || !sameValue(value, sample)) text = machineText(type, value);
    }
    state.out += text === undefined || text === hole.value ? hole.original : escapeContent('textarea', text);
  };
}

export function linkControlChecked(linker: Linker, hole: ControlHole): Step {
  const slot = hole.slot!;
  const chosen = linkChosen(linker, hole);
  return (state) => {
    const sent = controlState(linker, state, hole, hole.control)?.checked;
    const checked = sent ?? chosen(state, hole.value);
    state.out += checked === undefined ? slot.original : writeFlag(slot, checked);
  };
}

export function linkControlOption(linker: Linker, hole: ControlHole): Step {
  const slot = hole.slot!;
  const chosen = linkChosen(linker, hole);
  const words = hole.words && linkParts(linker, hole.words.parts, hole.words.refs);
  return (state) => {
    const own = words ? words(state) : hole.value;
    const sent = controlState(linker, state, hole, hole.control);
    const values = sent?.selected ?? (sent?.value === undefined ? undefined : [sent.value]);
    const selected = values ? values.includes(own) : chosen(state, own);
    state.out += selected === undefined ? slot.original : writeFlag(slot, selected);
  };
}

/** Whether the row's value is the one that a box or option stands for; undefined where the author's state stays. */
function linkChosen(linker: Linker, hole: ControlHole): (state: State, own: string) => boolean | undefined {
  const { ref } = hole;
  if (!ref) return () => undefined;
  const sample = sampleOf(linker, ref);
  const type = typeOfRef(linker, ref);
  return (state, own) => {
    const value: Value = valueOf(state, ref);
    if (sample !== undefined && sameValue(value, sample) && !hole.words) return undefined;
    if (typeof value === 'boolean') return hole.kind === 'control-checked' ? value : own === String(value);
    if (value !== null && typeof value === 'object') return value.includes(own);
    return machineText(type, value) === own && (value !== null || hole.kind === 'control-option');
  };
}

export function linkControlName(linker: Linker, hole: ControlName): Step {
  const table = linker.template.scopes[hole.scope]?.table ?? '';
  return (state) => {
    const name = itemControlName(table, state.rowIds[hole.scope] ?? '', hole.slot.value ?? '');
    state.out += writeSlot(hole.slot, name);
  };
}

function messageOf(
  linker: Linker,
  state: State,
  place: { readonly form: number; readonly scope: number; readonly controls: readonly number[] },
): string | undefined {
  for (const control of place.controls) {
    const message = controlState(linker, state, place, control)?.message;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Ids that we insert are unique like the author's: inside an item they end in its row's. */
function ownId(linker: Linker, state: State, place: { readonly id: string; readonly scope: number }): string {
  for (let scope: number | null | undefined = place.scope; scope; scope = linker.template.scopes[scope]?.parent) {
    const suffix = state.suffixes[scope];
    if (suffix !== undefined) return place.id + suffix;
  }
  return place.id;
}

export function linkInvalid(linker: Linker, hole: InvalidHole): Step {
  const { slot } = hole;
  const described = hole.kind === 'control-described';
  return (state) => {
    if (messageOf(linker, state, hole) === undefined) {
      state.out += slot.original;
      return;
    }
    const ids = [...(slot.value ?? '').split(/\s+/).filter(Boolean), ownId(linker, state, hole)];
    state.out += writeSlot(slot, described ? ids.join(' ') : 'true');
  };
}

export function linkError(linker: Linker, hole: ErrorParagraph): Step {
  return (state) => {
    const message = messageOf(linker, state, hole);
    if (message === undefined) return;
    const lang = formState(linker, state, hole.form)?.messagesLang;
    // The direction goes with the language: a full stop stands at the wrong end of an English line in Arabic.
    const marked = lang === undefined ? '' : ` lang="${lang}" dir="ltr"`;
    state.out += `<p id="${escapeAttributeId(ownId(linker, state, hole))}" class="error"${marked}>${escapeText(message)}</p>`;
  };
}

function escapeAttributeId(id: string): string {
  return escapeText(id).replaceAll('"', '&quot;');
}

export function linkErrorTarget(linker: Linker, hole: ErrorTarget): Step {
  return (state) => {
    const places = hole.controls.map(({ form, control, scope }) => ({ form, scope, controls: [control] }));
    const message = places.map((place) => messageOf(linker, state, place)).find((text) => text !== undefined);
    if (hole.kind === 'error-text') state.out += message === undefined ? '' : escapeText(message);
    else if (message === undefined) state.out += hole.slot!.original;
  };
}
