import { Anchor, Badge } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Column, Value } from '../api-types.ts';
import { Icon } from '../icons.tsx';
import { rowTitle, useTable } from '../schema/schema.ts';
import { plainName } from '../schema/names.ts';
import { useLocale, useWords } from '../words/words.ts';
import { fileAddress, fileName, isPicture, isUploaded } from './file-address.ts';
import { useRows } from './related-rows.ts';
import classes from './values.module.css';
import { writeValue } from './write-value.ts';

/** Twice what is shown, for fine screens. */
const THUMBNAIL_WIDTH = 80;
const PICTURE_WIDTH = 640;

/**
 * A value to read. `brief`: in a list, where it may not be a link (the line itself leads somewhere) and takes one line.
 */
export function ShownValue({
  column,
  value,
  brief = false,
}: {
  readonly column: Column;
  readonly value: Value | undefined;
  readonly brief?: boolean;
}): ReactElement | string {
  const words = useWords();
  const locale = useLocale();
  const { type } = column;
  if (value === null || value === undefined || value === '') {
    return brief ? '' : <span className={classes['missing']}>{words.nothing}</span>;
  }
  if (type.kind === 'boolean') {
    const label = value === true ? words.yes : words.no;
    if (!brief) return label;
    return value === true ? (
      <Icon name="check" size={17} aria-hidden={false} role="img" aria-label={label} className={classes['check']} />
    ) : (
      <span className={classes['missing']} aria-label={label} role="img">
        –
      </span>
    );
  }
  if (type.kind === 'reference' || type.kind === 'references') {
    const ids = Array.isArray(value) ? value : [String(value)];
    return <Related table={type.table} ids={ids} brief={brief} />;
  }
  const text = writeValue(type, value, locale);
  if (Array.isArray(value)) {
    return brief ? (
      text
    ) : (
      <span className={classes['pills']}>
        {value.map((each) => (
          <Badge key={each} variant="light" tt="none" fw={500}>
            {each}
          </Badge>
        ))}
      </span>
    );
  }
  if ((type.kind === 'url' || type.kind === 'file') && isPicture(text)) {
    return (
      <img
        className={brief ? classes['thumbnail'] : classes['picture']}
        src={fileAddress(text, brief ? THUMBNAIL_WIDTH : PICTURE_WIDTH)}
        alt={brief ? '' : column.label}
        loading="lazy"
      />
    );
  }
  if (brief) return type.kind === 'file' ? fileName(text) : (choiceLabel(column, text) ?? text);
  const address = linkOf(column, text);
  if (address === undefined) return choiceLabel(column, text) ?? text;
  return (
    <Anchor href={address} {...(/^https?:/.test(address) && { target: '_blank', rel: 'noopener noreferrer nofollow' })}>
      {type.kind === 'file' ? fileName(text) : text}
    </Anchor>
  );
}

function Related({
  table: name,
  ids,
  brief,
}: {
  readonly table: string;
  readonly ids: readonly string[];
  readonly brief: boolean;
}): ReactElement {
  const table = useTable(name);
  const rows = useRows(name, ids);
  const titles = ids.map((id) => {
    const row = rows.get(id);
    return table && row ? rowTitle(table, row) : '…';
  });
  if (brief) return <>{titles.join(', ')}</>;
  return (
    <span className={classes['pills']}>
      {ids.map((id, index) => (
        <Anchor key={id} component={Link} to="/tables/$table/$id" params={{ table: name, id } as never}>
          {titles[index]}
        </Anchor>
      ))}
    </span>
  );
}

/** An option in the author's words. */
function choiceLabel({ constraints, hints }: Column, value: string): string | undefined {
  const chosen = hints?.choices?.find((choice) => choice.value === value);
  if (chosen) return chosen.label;
  return constraints.options ? plainName(value) : undefined;
}

function linkOf({ name, type }: Column, text: string): string | undefined {
  if (isUploaded(text)) return fileAddress(text);
  if (type.kind === 'url' || type.kind === 'file') return /^(?:https?:\/\/|\/(?!\/))/.test(text) ? text : undefined;
  if (/e-?mail/.test(name) && /^[^\s@]+@[^\s@]+$/.test(text))
    return `mailto:${encodeURIComponent(text).replaceAll('%40', '@')}`;
  if (/phone|tel|mobile/.test(name) && /^\+?[\d\s()/.-]+$/.test(text)) return `tel:${text.replace(/[^\d+]/g, '')}`;
  return /^https?:\/\/\S+$/.test(text) ? text : undefined;
}
