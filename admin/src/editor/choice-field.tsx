import { Checkbox, MultiSelect, Radio, Select, Stack, TagsInput } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Column } from '../api-types.ts';
import { plainName } from '../schema/names.ts';
import { useWords } from '../words/words.ts';
import { inputProps } from './field-props.ts';
import type { ControlProps } from './field-props.ts';

/** So many options are shown at once; more are unfolded. */
const RADIOS_MAX = 4;
const BOXES_MAX = 8;

/** One of several options. */
export function ChoiceField(props: ControlProps<string>): ReactElement {
  const { column, raw, readOnly, onChange } = props;
  const words = useWords();
  const options = optionsOf(column, raw === '' ? [] : [raw]);
  if (options.length > RADIOS_MAX) {
    return (
      <Select
        {...inputProps(props)}
        value={raw === '' ? null : raw}
        data={options}
        onChange={(chosen) => onChange(chosen ?? '')}
        searchable={options.length > 10}
        clearable={!column.required}
        clearButtonProps={{ 'aria-label': words.clear }}
        allowDeselect={false}
      />
    );
  }
  return (
    <Radio.Group {...inputProps(props)} value={raw} onChange={onChange} name={props.texts.id}>
      <Stack gap={8} pt={4}>
        {!column.required && <Radio value="" label={words.fields.none} disabled={readOnly} />}
        {options.map(({ value, label }) => (
          <Radio key={value} value={value} label={label} disabled={readOnly} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** Any of several options, or any words where none are set. */
export function SetField(props: ControlProps<readonly string[]>): ReactElement {
  const { column, raw, readOnly, onChange } = props;
  const words = useWords();
  const value = [...raw];
  if (!column.constraints.options) {
    return <TagsInput {...inputProps(props)} value={value} onChange={onChange} />;
  }
  const options = optionsOf(column, raw);
  if (options.length > BOXES_MAX) {
    return (
      <MultiSelect
        {...inputProps(props)}
        value={value}
        onChange={onChange}
        data={options}
        searchable
        nothingFoundMessage={words.nothingFound}
      />
    );
  }
  return (
    <Checkbox.Group {...inputProps(props)} value={value} onChange={onChange}>
      <Stack gap={8} pt={4}>
        {options.map((option) => (
          <Checkbox key={option.value} value={option.value} label={option.label} disabled={readOnly} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

/** In the author's words. A value that is no option any more stays on offer while it is there. */
function optionsOf({ constraints, hints }: Column, chosen: readonly string[]): { value: string; label: string }[] {
  const all = [...new Set([...(constraints.options ?? []), ...chosen])].filter((value) => value !== '');
  const labels = new Map(hints?.choices?.map(({ value, label }) => [value, label]));
  return all.map((value) => ({ value, label: labels.get(value) ?? plainName(value) }));
}
