import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../../icons.tsx';
import { fileAddress, isPicture } from '../../values/file-address.ts';
import classes from './files.module.css';

const WIDTH = 320;

/** What a file looks like; its sign where it is no picture, or one that cannot be read. */
export function FilePreview({ path }: { readonly path: string }): ReactElement {
  const address = isPicture(path) ? fileAddress(path, WIDTH) : undefined;
  const [failed, setFailed] = useState<string>();
  if (address === undefined || failed === address) {
    return (
      <span className={classes['preview']}>
        <Icon name={path === '' ? 'picture' : 'file'} size={26} />
      </span>
    );
  }
  return (
    <span className={classes['preview']}>
      <img src={address} alt="" onError={() => setFailed(address)} />
    </span>
  );
}
