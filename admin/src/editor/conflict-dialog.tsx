import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Column, Row, Table } from '../api-types.ts';
import { columnName } from '../schema/names.ts';
import { ShownValue } from '../values/shown-value.tsx';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';
import { rawOf, sameRaw, valueOf } from './field-values.ts';
import type { Changes, Writing } from './field-values.ts';

interface ConflictDialogProps {
  readonly table: Table;
  readonly base: Row | null;
  /** What was typed here. */
  readonly changes: Changes;
  /** What somebody else has saved in the meantime. */
  readonly current: Row;
  readonly isSaving: boolean;
  readonly writing: Writing;
  readonly onResolve: (changes: Changes) => void;
  readonly onBack: () => void;
}

/** Somebody else was faster: shows both, field by field, and lets one choose. */
export function ConflictDialog({
  table,
  base,
  changes,
  current,
  isSaving,
  writing,
  onResolve,
  onBack,
}: ConflictDialogProps): ReactElement {
  const words = useWords();
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  const edited = table.columns.filter((column) => {
    const raw = changes[column.name];
    return raw !== undefined && !sameRaw(raw, rawOf(column.type, current[column.name], writing));
  });
  const disputed = edited.filter((column) => wasChanged(column, base, current, writing));
  const others = table.columns.filter(
    (column) => !column.system && changes[column.name] === undefined && wasChanged(column, base, current, writing),
  );
  const choose = (name: string, isTheirs: boolean): void => {
    const next = new Set(theirs);
    if (isTheirs) next.add(name);
    else next.delete(name);
    setTheirs(next);
  };
  const resolve = (): void => {
    const kept = edited.filter(({ name }) => !theirs.has(name));
    onResolve(Object.fromEntries(kept.map(({ name }) => [name, changes[name]!])));
  };
  return (
    <Modal
      opened
      onClose={onBack}
      size="lg"
      title={words.conflict.title}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <p style={{ marginTop: 0 }}>{disputed.length > 0 ? words.conflict.text : words.conflict.noDispute}</p>
      {disputed.map((column) => (
        <fieldset key={column.name} className={classes['choice']}>
          <legend>{columnName(column, words)}</legend>
          {[false, true].map((isTheirs) => (
            <label key={String(isTheirs)} className={classes['option']}>
              <input
                type="radio"
                name={`choice-${column.name}`}
                checked={theirs.has(column.name) === isTheirs}
                onChange={() => choose(column.name, isTheirs)}
              />
              <span className={classes['optionWhose']}>{isTheirs ? words.conflict.theirs : words.conflict.yours}</span>
              <span className={classes['optionValue']}>
                <ShownValue
                  column={column}
                  value={
                    isTheirs
                      ? current[column.name]
                      : (valueOf(column.type, changes[column.name]!, writing) ?? String(changes[column.name]))
                  }
                />
              </span>
            </label>
          ))}
        </fieldset>
      ))}
      {others.length > 0 && (
        <>
          <p>{words.conflict.others}</p>
          <dl className={classes['facts']}>
            {others.map((column) => (
              <div key={column.name}>
                <dt>{columnName(column, words)}</dt>
                <dd>
                  <ShownValue column={column} value={current[column.name]} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onBack}>
          {words.conflict.back}
        </Button>
        <Button loading={isSaving} onClick={resolve}>
          {words.conflict.save}
        </Button>
      </Group>
    </Modal>
  );
}

function wasChanged({ name, type }: Column, base: Row | null, current: Row, writing: Writing): boolean {
  return !sameRaw(rawOf(type, base?.[name], writing), rawOf(type, current[name], writing));
}
