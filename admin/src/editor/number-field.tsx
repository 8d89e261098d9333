import { TextInput } from '@mantine/core';
import type { KeyboardEvent, ReactElement } from 'react';
import { addDecimals, compareDecimals, negateDecimal, readDecimal, writeDecimal } from '../values/decimal.ts';
import { readNumber, writeNumber } from '../values/written-number.ts';
import classes from './editor.module.css';
import { inputProps } from './field-props.ts';
import type { ControlProps } from './field-props.ts';
import { decimalsOf } from './field-values.ts';

/**
 * Numbers and money: a text field, because number fields lose what they cannot read, and know one decimal sign only.
 * The arrow keys go up and down by steps.
 */
export function NumberField(props: ControlProps<string>): ReactElement {
  const { column, raw, readOnly, writing, onChange } = props;
  const { type, constraints } = column;
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || readOnly || event.altKey) return;
    event.preventDefault();
    const next = stepped(readNumber(raw, writing.locale) ?? '0', event.key === 'ArrowUp', constraints);
    if (next !== undefined) onChange(writeNumber(next, writing.locale, decimalsOf(type)));
  };
  return (
    <TextInput
      {...inputProps(props)}
      inputMode={type.kind === 'integer' ? 'numeric' : 'decimal'}
      autoComplete="off"
      classNames={{ input: classes['number'] ?? '' }}
      value={raw}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      {...(type.kind === 'money' && {
        rightSection: <span className={classes['unit']}>{type.currency}</span>,
        rightSectionWidth: 52,
      })}
    />
  );
}

/** One step on, within the limits; a step of one where none is set. */
function stepped(
  plain: string,
  isUp: boolean,
  { min, max, step }: { readonly min?: string; readonly max?: string; readonly step?: string },
): string | undefined {
  const value = readDecimal(plain);
  const width = readDecimal(step ?? '') ?? { digits: 1n, scale: 0 };
  if (!value) return undefined;
  const next = addDecimals(value, isUp ? width : negateDecimal(width));
  const least = readDecimal(min ?? '');
  const most = readDecimal(max ?? '');
  if (least && compareDecimals(next, least) < 0) return writeDecimal(least);
  if (most && compareDecimals(next, most) > 0) return writeDecimal(most);
  return writeDecimal(next);
}
