import { useEditorState } from '@tiptap/react';
import type { Editor } from '@tiptap/react';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { Icon } from '../../icons.tsx';
import type { IconName } from '../../icons.tsx';
import { useWords } from '../../words/words.ts';
import type { Words } from '../../words/words.ts';
import classes from './rich-text.module.css';

interface Tool {
  readonly name: string;
  readonly label: string;
  readonly icon?: IconName;
  /** In place of a drawing. */
  readonly sign?: string;
  readonly keys?: string;
  readonly blocksOnly?: boolean;
  /** Undefined: it is an act, not a state. */
  readonly isOn?: (editor: Editor) => boolean;
  readonly can?: (editor: Editor) => boolean;
  readonly run: (editor: Editor) => void;
}

interface ToolbarProps {
  readonly editor: Editor;
  /** What the field is called. */
  readonly label: string;
  /** Id of the text. */
  readonly controls: string;
  readonly hasBlocks: boolean;
  readonly onLink: () => void;
  readonly onSource: () => void;
}

/**
 * The tools, as the ARIA pattern for toolbars has it: one stop for Tab, arrows go from tool to tool, Home and End to
 * the ends. Alt+F10 comes here from the text, Escape goes back.
 */
export function Toolbar({ editor, label, controls, hasBlocks, onLink, onSource }: ToolbarProps): ReactElement {
  const words = useWords();
  const bar = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const tools = toolsOf(words, onLink, onSource).filter(({ blocksOnly }) => hasBlocks || blocksOnly !== true);
  const states = useEditorState({
    editor,
    selector: ({ editor: now }) =>
      tools.map(({ isOn, can }) => `${isOn?.(now) === true ? 'on' : ''} ${can?.(now) === false ? 'off' : ''}`),
  });
  useEffect(() => {
    if (editor.isDestroyed) return undefined;
    const text = editor.view.dom;
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'F10' || !event.altKey) return;
      event.preventDefault();
      bar.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    };
    text.addEventListener('keydown', onKey);
    return () => text.removeEventListener('keydown', onKey);
  }, [editor]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      editor.commands.focus();
      return;
    }
    const to = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: tools.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tools.length) % tools.length;
    setCurrent(next);
    bar.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div
      ref={bar}
      role="toolbar"
      // The stop for Tab is one of the tools.
      tabIndex={-1}
      aria-label={words.richText.toolbar(label)}
      aria-controls={controls}
      className={classes['toolbar']}
      onKeyDown={onKeyDown}
    >
      {tools.map((tool, index) => {
        const isOff = states[index]?.includes('off') === true;
        return (
          <button
            key={tool.name}
            type="button"
            className={classes['tool']}
            tabIndex={index === current ? 0 : -1}
            title={tool.keys === undefined ? tool.label : `${tool.label} (${tool.keys})`}
            // What is seen is part of what is heard.
            {...(tool.sign === undefined && { 'aria-label': tool.label })}
            {...(tool.isOn && { 'aria-pressed': states[index]?.startsWith('on') === true })}
            {...(tool.name === 'link' && { 'aria-haspopup': 'dialog' })}
            // Disabled ones can still be reached and read.
            aria-disabled={isOff || undefined}
            onFocus={() => setCurrent(index)}
            // The selection in the text stays.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              if (!isOff) tool.run(editor);
            }}
          >
            {tool.icon ? (
              <Icon name={tool.icon} size={18} />
            ) : (
              <>
                {tool.sign} <span className={classes['unseen']}>{tool.label}</span>
              </>
            )}
          </button>
        );
      })}
    </div>
  );
}

/** What a tool does is done where the text was left. */
function chain(editor: Editor): ReturnType<Editor['chain']> {
  return editor.chain().focus();
}

function toolsOf(words: Words, onLink: () => void, onSource: () => void): readonly Tool[] {
  const { richText } = words;
  return [
    {
      name: 'bold',
      label: richText.bold,
      icon: 'bold',
      keys: shortcut('B'),
      isOn: (editor) => editor.isActive('bold'),
      run: (editor) => chain(editor).toggleBold().run(),
    },
    {
      name: 'italic',
      label: richText.italic,
      icon: 'italic',
      keys: shortcut('I'),
      isOn: (editor) => editor.isActive('italic'),
      run: (editor) => chain(editor).toggleItalic().run(),
    },
    ...([2, 3, 4] as const).map((level): Tool => ({
      name: `h${level}`,
      label: richText.headings[level],
      sign: `H${level}`,
      keys: shortcut(`Alt+${level}`),
      blocksOnly: true,
      isOn: (editor) => editor.isActive('heading', { level }),
      run: (editor) => chain(editor).toggleHeading({ level }).run(),
    })),
    {
      name: 'bullets',
      label: richText.bulletList,
      icon: 'bullets',
      keys: shortcut('Shift+8'),
      blocksOnly: true,
      isOn: (editor) => editor.isActive('bulletList'),
      run: (editor) => chain(editor).toggleBulletList().run(),
    },
    {
      name: 'numbers',
      label: richText.orderedList,
      icon: 'numbers',
      keys: shortcut('Shift+7'),
      blocksOnly: true,
      isOn: (editor) => editor.isActive('orderedList'),
      run: (editor) => chain(editor).toggleOrderedList().run(),
    },
    {
      name: 'quote',
      label: richText.quote,
      icon: 'quote',
      keys: shortcut('Shift+B'),
      blocksOnly: true,
      isOn: (editor) => editor.isActive('blockquote'),
      run: (editor) => chain(editor).toggleBlockquote().run(),
    },
    {
      name: 'link',
      label: richText.link,
      icon: 'link',
      keys: shortcut('K'),
      isOn: (editor) => editor.isActive('link'),
      run: onLink,
    },
    {
      name: 'plain',
      label: richText.plain,
      icon: 'plain',
      run: (editor) => chain(editor).unsetAllMarks().clearNodes().run(),
    },
    {
      name: 'undo',
      label: richText.undo,
      icon: 'undo',
      keys: shortcut('Z'),
      can: (editor) => editor.can().undo(),
      run: (editor) => chain(editor).undo().run(),
    },
    {
      name: 'redo',
      label: richText.redo,
      icon: 'redo',
      keys: shortcut('Shift+Z'),
      can: (editor) => editor.can().redo(),
      run: (editor) => chain(editor).redo().run(),
    },
    { name: 'source', label: richText.source, icon: 'code', run: onSource },
  ];
}

function shortcut(keys: string): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
    ? `⌘${keys.replace('Shift+', '⇧').replace('Alt+', '⌥')}`
    : `Ctrl+${keys}`;
}
