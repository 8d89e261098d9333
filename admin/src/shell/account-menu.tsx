import { Menu, useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { use } from 'react';
import type { ReactElement } from 'react';
import { signOut } from '../api.ts';
import { adminPath } from '../config.ts';
import { Icon } from '../icons.tsx';
import type { IconName } from '../icons.tsx';
import { useSession } from '../session/session.ts';
import { forgetStored } from '../storage.ts';
import { languages, SpokenContext } from '../words/words.ts';
import classes from './shell.module.css';

const schemes: readonly { readonly value: MantineColorScheme; readonly icon: IconName }[] = [
  { value: 'auto', icon: 'devices' },
  { value: 'light', icon: 'sun' },
  { value: 'dark', icon: 'moon' },
];

export function AccountMenu({ onGo }: { readonly onGo?: (() => void) | undefined }): ReactElement {
  const { words, language, speak } = use(SpokenContext);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const email = useSession().data?.user.email ?? '';
  return (
    <Menu position="top-start" width={240} shadow="md" returnFocus>
      <Menu.Target>
        <button
          type="button"
          className={`${classes['link']} ${classes['account']}`}
          aria-label={`${words.nav.account}: ${email}`}
        >
          <Icon name="user" />
          <span>{email}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Icon name="user" size={18} />}
          component={Link}
          {...({ to: '/account', onClick: onGo } as object)}
        >
          {words.nav.account}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{words.nav.appearance}</Menu.Label>
        {schemes.map(({ value, icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon name={icon} size={18} />}
            rightSection={colorScheme === value ? <Icon name="check" size={16} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {words.nav[value]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{words.languageName}</Menu.Label>
        {languages.map(({ code, name }) => (
          <Menu.Item
            key={code}
            lang={code}
            leftSection={<Icon name="globe" size={18} />}
            rightSection={language === code ? <Icon name="check" size={16} /> : null}
            onClick={() => speak(code)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={18} />} onClick={() => void leave()}>
          {words.nav.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Nothing of what was read or typed stays behind for the next person at this browser. */
async function leave(): Promise<void> {
  try {
    await signOut();
  } finally {
    forgetStored('draft.');
    location.assign(adminPath);
  }
}
