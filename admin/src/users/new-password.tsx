import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { PasswordLength } from '../session/entry-page.tsx';
import { useWords } from '../words/words.ts';
import { makePassword } from './make-password.ts';

/** What a password needs that stands alone. */
const CHARACTERS_MIN = 15;

/** A field for a new password. `suggests`: for somebody else, who gets what is made here. */
export function NewPassword({
  label,
  value,
  error,
  suggests = false,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly suggests?: boolean;
  readonly onChange: (password: string) => void;
}): ReactElement {
  const words = useWords();
  const [made, setMade] = useState('');
  const [isVisible, setVisible] = useState(false);
  const length = Array.from(value).length;
  return (
    <div>
      <PasswordInput
        label={label}
        description={words.setup.passwordHint}
        name="new-password"
        autoComplete="new-password"
        required
        withAsterisk={false}
        minLength={CHARACTERS_MIN}
        visible={isVisible}
        onVisibilityChange={setVisible}
        visibilityToggleButtonProps={{ 'aria-label': words.signIn.showPassword }}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <PasswordLength length={length} least={CHARACTERS_MIN} text={words.setup.strength(length, CHARACTERS_MIN)} />
      {suggests && (
        <>
          <Button
            variant="subtle"
            size="compact-sm"
            mt={4}
            ml={-8}
            onClick={() => {
              const password = makePassword();
              setMade(password);
              setVisible(true);
              onChange(password);
            }}
          >
            {words.operation.password.make}
          </Button>
          <p style={{ margin: 0, fontSize: '0.87rem' }} aria-live="polite">
            {made !== '' && made === value ? words.operation.password.made : ''}
          </p>
        </>
      )}
    </div>
  );
}
