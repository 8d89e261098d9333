import { SegmentedControl, Textarea } from '@mantine/core';
import MarkdownIt from 'markdown-it';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';
import { describedBy, FieldFrame } from './field-frame.tsx';
import type { ControlProps } from './field-props.ts';
import { parseBody } from './rich-text/parse-body.ts';

// As the pages render it: no HTML in it, links of safe schemes only.
const markdown = new MarkdownIt({ html: false, linkify: false });

/** Markdown as it is written, and as it will look. */
export function MarkdownField(props: ControlProps<string>): ReactElement {
  const { texts, raw, readOnly, onChange, onLeave } = props;
  const words = useWords();
  const [view, setView] = useState<'write' | 'preview'>('write');
  return (
    <FieldFrame texts={texts}>
      <SegmentedControl
        size="xs"
        mb={6}
        aria-label={words.markdown.view(texts.label)}
        value={view}
        onChange={setView}
        data={[
          { value: 'write', label: words.markdown.write },
          { value: 'preview', label: words.markdown.preview },
        ]}
      />
      {view === 'write' ? (
        <Textarea
          id={texts.id}
          aria-label={texts.label}
          aria-describedby={describedBy(texts)}
          error={texts.error !== undefined}
          classNames={{ input: classes['markup'] ?? '' }}
          readOnly={readOnly}
          value={raw}
          onChange={(event) => onChange(event.currentTarget.value)}
          onBlur={onLeave}
          autosize
          minRows={6}
          maxRows={24}
        />
      ) : (
        <Preview source={raw} />
      )}
    </FieldFrame>
  );
}

function Preview({ source }: { readonly source: string }): ReactElement {
  const words = useWords();
  if (source.trim() === '') return <p className={classes['preview']}>{words.markdown.empty}</p>;
  return (
    <div
      className={classes['preview']}
      ref={(element) => {
        element?.replaceChildren(...parseBody(markdown.render(source)).childNodes);
      }}
    />
  );
}
