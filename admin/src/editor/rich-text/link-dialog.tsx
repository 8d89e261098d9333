import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import type { Editor } from '@tiptap/react';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { useWords } from '../../words/words.ts';
import { AddressInput } from '../address-input.tsx';
import { linkAddress } from '../link-address.ts';

/** Sets, changes or takes away the link of what is selected. */
export function LinkDialog({
  editor,
  onClose,
}: {
  readonly editor: Editor;
  readonly onClose: () => void;
}): ReactElement {
  const words = useWords();
  const isLinked = editor.isActive('link');
  const [address, setAddress] = useState(() => String(editor.getAttributes('link')['href'] ?? ''));
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const needsText = editor.state.selection.empty && !isLinked;
  const finish = (): void => {
    onClose();
    // After the dialog has given the focus back to where it was.
    requestAnimationFrame(() => editor.commands.focus());
  };
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    // The form around this dialog is not meant.
    event.stopPropagation();
    const href = linkAddress(address);
    if (href === undefined) {
      setWrong(true);
      return;
    }
    if (needsText) {
      const shown = text.trim() === '' ? address.trim() : text.trim();
      const marks = [{ type: 'link', attrs: { href } }];
      editor.chain().insertContent({ type: 'text', text: shown, marks }).unsetMark('link').run();
    } else editor.chain().extendMarkRange('link').setLink({ href }).run();
    finish();
  };
  return (
    <Modal
      opened
      onClose={finish}
      title={words.richText.linkTitle}
      returnFocus={false}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <form onSubmit={apply} noValidate>
        <Stack gap="sm">
          <AddressInput
            label={words.richText.linkAddress}
            description={words.richText.linkHint}
            error={isWrong ? words.richText.linkWrong : undefined}
            value={address}
            onChange={(next) => {
              setAddress(next);
              setWrong(false);
            }}
            autoFocus
          />
          {needsText && (
            <TextInput
              label={words.richText.linkText}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end" mt="sm">
            {isLinked && (
              <Button
                variant="subtle"
                color="red"
                onClick={() => {
                  editor.chain().extendMarkRange('link').unsetLink().run();
                  finish();
                }}
              >
                {words.richText.linkRemove}
              </Button>
            )}
            <Button variant="default" onClick={finish}>
              {words.cancel}
            </Button>
            <Button type="submit">{words.richText.linkApply}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
