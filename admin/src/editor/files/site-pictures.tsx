import { Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useSite } from '../../schema/site.ts';
import { fileName } from '../../values/file-address.ts';
import { useWords } from '../../words/words.ts';
import classes from './files.module.css';

const SHOWN_MAX = 120;

/** Chooses among the pictures that lie in the folder of the site. */
export function SitePictures({
  value,
  onChoose,
  onClose,
}: {
  readonly value: string;
  readonly onChoose: (path: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const words = useWords();
  const { site, isPending } = useSite();
  const [search, setSearch] = useState('');
  const asked = search.trim().toLowerCase();
  const found = site.pictures.filter((path) => path.toLowerCase().includes(asked));
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={words.upload.siteTitle}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      <TextInput
        type="search"
        label={words.upload.siteSearch}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        data-autofocus
      />
      {!isPending && found.length === 0 && (
        <p role="status">{site.pictures.length === 0 ? words.upload.siteNone : words.nothingFound}</p>
      )}
      <ul className={classes['pictures']}>
        {found.slice(0, SHOWN_MAX).map((path) => (
          <li key={path}>
            <button
              type="button"
              className={classes['picture']}
              title={path}
              aria-pressed={path === value}
              onClick={() => onChoose(path)}
            >
              <img src={path} alt="" loading="lazy" />
              <span>{fileName(path)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
