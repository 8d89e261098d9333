import { Alert, Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../../icons.tsx';
import { useWords } from '../../words/words.ts';
import { FieldFrame } from '../field-frame.tsx';
import type { FieldTexts } from '../field-frame.tsx';
import { lossOf, shapeFor } from './fidelity.ts';
import { Formatted } from './formatted.tsx';
import classes from './rich-text.module.css';

export interface HtmlFieldProps {
  readonly texts: FieldTexts;
  readonly shownBy: readonly string[] | undefined;
  readonly value: string;
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
}

interface View {
  /** The value that the view was chosen for, or that it has made of it since. */
  readonly value: string;
  readonly shape: ReturnType<typeof shapeFor>;
  readonly mode: 'formatted' | 'source';
  /** What the formatted view would drop. */
  readonly loss: readonly string[] | undefined;
}

/** Markup, formatted or as source. What the formatted view cannot hold is shown as source, and why. */
export function HtmlField({ texts, shownBy, value, readOnly, onChange }: HtmlFieldProps): ReactElement {
  const words = useWords();
  const [view, setView] = useState<View>(() => viewOf(value, shownBy));
  // Another value from outside is looked at anew, unless its author is at its source.
  if (value !== view.value) setView(view.mode === 'source' ? { ...view, value } : viewOf(value, shownBy));
  const change = (next: string): void => {
    setView({ ...view, value: next });
    onChange(next);
  };
  const toFormatted = (isLossTaken: boolean): void => {
    const next = viewOf(value, shownBy);
    setView(isLossTaken ? { ...next, mode: 'formatted', loss: undefined } : next);
  };
  return (
    <FieldFrame texts={texts}>
      {view.mode === 'formatted' ? (
        <Formatted
          key={view.shape}
          texts={texts}
          shape={view.shape}
          value={value}
          readOnly={readOnly}
          onChange={change}
          onSource={() => setView({ ...view, mode: 'source', loss: undefined })}
        />
      ) : (
        <>
          {view.loss && (
            <Alert variant="light" mb="xs" title={words.richText.lossTitle}>
              {words.richText.lossText(view.loss.length === 0 ? words.richText.lossUnnamed : view.loss.join(', '))}
              {!readOnly && (
                <Button size="compact-sm" variant="subtle" ml="xs" onClick={() => toFormatted(true)}>
                  {words.richText.lossAccept}
                </Button>
              )}
            </Alert>
          )}
          <Textarea
            id={texts.id}
            aria-label={words.richText.sourceLabel(texts.label)}
            classNames={{ input: classes['source'] ?? '' }}
            error={texts.error !== undefined}
            readOnly={readOnly}
            value={value}
            onChange={(event) => change(event.currentTarget.value)}
            autosize
            minRows={6}
            maxRows={24}
            spellCheck={false}
          />
          {!view.loss && (
            <Button
              size="xs"
              variant="default"
              mt="xs"
              leftSection={<Icon name="edit" size={15} />}
              onClick={() => toFormatted(false)}
            >
              {words.richText.formatted}
            </Button>
          )}
        </>
      )}
    </FieldFrame>
  );
}

function viewOf(value: string, shownBy: readonly string[] | undefined): View {
  const shape = shapeFor(shownBy, value);
  const loss = lossOf(value, shape);
  return { value, shape, loss, mode: loss ? 'source' : 'formatted' };
}
