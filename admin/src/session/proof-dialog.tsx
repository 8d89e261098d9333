import { Alert, Button, Group, Modal, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { prove } from '../operation.ts';
import { failureText } from '../parts/failure.tsx';
import { isProblem } from '../problem.ts';
import { useWords } from '../words/words.ts';
import { useQuestion } from './proof.ts';
import { sessionKey, useSession } from './session.ts';

/** Asks for the password where something needs it again: see `withProof`. */
export function ProofDialog(): ReactElement {
  const words = useWords();
  const question = useQuestion();
  return (
    <Modal
      opened={question !== undefined}
      onClose={() => question?.answer(false)}
      title={words.operation.proof.title}
      closeButtonProps={{ 'aria-label': words.close }}
      zIndex={400}
    >
      {question && <ProofForm onProven={() => question.answer(true)} onCancel={() => question.answer(false)} />}
    </Modal>
  );
}

function ProofForm({
  onProven,
  onCancel,
}: {
  readonly onProven: () => void;
  readonly onCancel: () => void;
}): ReactElement {
  const words = useWords();
  const queries = useQueryClient();
  const email = useSession().data?.user.email ?? '';
  const [password, setPassword] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const proving = useMutation({
    mutationFn: prove,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: sessionKey });
      onProven();
    },
    onError: () => {
      setPassword('');
      field.current?.focus();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A form inside another's dialog is still inside it for React.
    event.stopPropagation();
    proving.mutate(password);
  };
  const isWrong = isProblem(proving.error, 422);
  return (
    <form onSubmit={submit}>
      <p style={{ marginTop: 0 }}>{words.operation.proof.text}</p>
      {proving.isError && !isWrong && (
        <Alert color="red" role="alert" variant="light" mb="md">
          {failureText(proving.error, words)}
        </Alert>
      )}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput
        ref={field}
        label={words.signIn.password}
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        data-autofocus
        visibilityToggleButtonProps={{ 'aria-label': words.signIn.showPassword }}
        value={password}
        error={isWrong ? words.operation.proof.wrong : undefined}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onCancel}>
          {words.cancel}
        </Button>
        <Button type="submit" loading={proving.isPending}>
          {words.operation.proof.submit}
        </Button>
      </Group>
    </form>
  );
}
