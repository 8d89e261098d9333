import type { ReactElement } from 'react';
import { Icon } from '../icons.tsx';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';
import { FieldFrame } from './field-frame.tsx';
import type { ControlProps } from './field-props.ts';

/** So many stars at most, where a column is shown as stars (`stars:5`). */
export function starsOf(format: string | undefined): number | undefined {
  const most = Number(/^stars:(\d+)$/.exec(format?.trim() ?? '')?.[1] ?? NaN);
  return most >= 1 && most <= 20 ? most : undefined;
}

/** A number of stars. */
export function StarsField({ most, ...props }: ControlProps<string> & { readonly most: number }): ReactElement {
  const { texts, column, raw, readOnly, onChange } = props;
  const words = useWords();
  const chosen = Number(raw);
  return (
    <FieldFrame texts={texts}>
      <div id={texts.id} className={classes['stars']} role="radiogroup" aria-label={texts.label}>
        {Array.from({ length: most }, (_, index) => index + 1).map((n) => (
          <label key={n} className={classes['star']} data-on={n <= chosen || undefined} title={words.fields.stars(n)}>
            <input
              type="radio"
              name={texts.id}
              value={n}
              checked={n === chosen}
              disabled={readOnly}
              aria-label={words.fields.stars(n)}
              onChange={() => onChange(String(n))}
            />
            <Icon name="star" size={23} />
          </label>
        ))}
        {!column.required && (
          <label className={classes['starNone']}>
            <input
              type="radio"
              name={texts.id}
              checked={raw === ''}
              disabled={readOnly}
              onChange={() => onChange('')}
            />
            {words.fields.none}
          </label>
        )}
      </div>
    </FieldFrame>
  );
}
