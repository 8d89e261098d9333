import { EditorContent, useEditor } from '@tiptap/react';
import type { Editor } from '@tiptap/react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { describedBy, labelId } from '../field-frame.tsx';
import type { FieldTexts } from '../field-frame.tsx';
import { cleanPaste } from './clean-paste.ts';
import { LinkDialog } from './link-dialog.tsx';
import { extensionsFor, tidy } from './markup.ts';
import type { Shape } from './markup.ts';
import classes from './rich-text.module.css';
import { Toolbar } from './toolbar.tsx';

interface FormattedProps {
  readonly texts: FieldTexts;
  readonly shape: Shape;
  readonly value: string;
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
  readonly onSource: () => void;
}

/** The text as its readers see it, edited in place. */
export function Formatted({ texts, shape, value, readOnly, onChange, onSource }: FormattedProps): ReactElement | null {
  const [linking, setLinking] = useState(false);
  // What is shown without being changed stands for the very markup it was made from.
  const shown = useRef({ value, markup: '' });
  const change = useEffectEvent((editor: Editor) => {
    const markup = tidy(editor.getHTML(), shape);
    const next = markup === shown.current.markup ? shown.current.value : markup;
    if (next !== value) onChange(next);
  });
  const openLink = useEffectEvent(() => setLinking(true));
  const { id, error } = texts;
  const description = describedBy(texts);
  const editor = useEditor({
    editable: !readOnly,
    extensions: extensionsFor(shape),
    content: value,
    // The policy allows no style elements; rich-text.module.css holds what is needed.
    injectCSS: false,
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: {
        id,
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-labelledby': labelId(id),
        'aria-invalid': String(error !== undefined),
        ...(description !== undefined && { 'aria-describedby': description }),
        ...(readOnly && { 'aria-readonly': 'true' }),
      },
      transformPastedHTML: cleanPaste,
      handleKeyDown: (_view, event) => {
        if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return false;
        event.preventDefault();
        openLink();
        return true;
      },
    },
    onUpdate: ({ editor: changed }) => change(changed),
  });
  const seen = useRef<Editor>(undefined);
  useEffect(() => {
    if (editor.isDestroyed) return;
    const current = tidy(editor.getHTML(), shape);
    if (seen.current !== editor) {
      seen.current = editor;
      shown.current = { value, markup: current };
      return;
    }
    // Another value from outside: changes were discarded, or somebody else's came in.
    const stands = current === shown.current.markup ? shown.current.value : current;
    if (stands === value) return;
    editor.commands.setContent(value, { emitUpdate: false });
    shown.current = { value, markup: tidy(editor.getHTML(), shape) };
  }, [editor, shape, value]);
  return (
    <div className={classes['frame']} data-invalid={error !== undefined || undefined}>
      {!readOnly && (
        <Toolbar
          editor={editor}
          label={texts.label}
          controls={id}
          hasBlocks={shape !== 'words'}
          onLink={() => setLinking(true)}
          onSource={onSource}
        />
      )}
      <EditorContent editor={editor} className={`${classes['text']} ${shape === 'words' ? classes['words'] : ''}`} />
      {linking && <LinkDialog editor={editor} onClose={() => setLinking(false)} />}
    </div>
  );
}
