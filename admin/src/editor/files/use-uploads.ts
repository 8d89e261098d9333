import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { UploadedFile } from '../../api-types.ts';
import { isProblem } from '../../problem.ts';
import { sessionKey } from '../../session/session.ts';
import { showLocally } from '../../values/file-address.ts';
import { uploadFile } from './upload.ts';

/** One file on its way. */
export interface Upload {
  readonly key: string;
  readonly file: File;
  /** How much has been sent, from 0 to 1. */
  readonly part: number;
  /** Why it failed; it can be sent again. */
  readonly failure: unknown;
}

export interface Uploads {
  readonly uploads: readonly Upload[];
  readonly isSending: boolean;
  readonly send: (files: readonly File[]) => void;
  readonly retry: (upload: Upload) => void;
  /** Stops one that is being sent, or forgets one that failed. */
  readonly drop: (upload: Upload) => void;
}

/** Sends files and hears of each when it is there. What fails stays to be sent again; leaving the page stops all. */
export function useUploads(onDone: (uploaded: UploadedFile) => void): Uploads {
  const queries = useQueryClient();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const running = useRef(new Map<string, AbortController>());
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  }, [onDone]);
  useEffect(() => {
    const { current } = running;
    return () => {
      for (const controller of current.values()) controller.abort();
    };
  }, []);

  const start = useCallback(
    async ({ key, file }: Upload) => {
      const change = (changed: Partial<Upload>): void =>
        setUploads((before) => before.map((each) => (each.key === key ? { ...each, ...changed } : each)));
      const controller = new AbortController();
      running.current.set(key, controller);
      try {
        const uploaded = await uploadFile(file, {
          onProgress: (part) => change({ part }),
          signal: controller.signal,
        });
        showLocally(uploaded.path, file);
        setUploads((before) => before.filter((each) => each.key !== key));
        done.current(uploaded);
      } catch (failure) {
        if (controller.signal.aborted) return;
        // Whoever is not signed in any more is asked to; then the file can be sent again.
        if (isProblem(failure, 401)) queries.setQueryData(sessionKey, null);
        change({ failure });
      } finally {
        running.current.delete(key);
      }
    },
    [queries],
  );
  const send = useCallback(
    (files: readonly File[]) => {
      const added = files.map((file): Upload => ({ key: crypto.randomUUID(), file, part: 0, failure: undefined }));
      setUploads((before) => [...before, ...added]);
      for (const upload of added) void start(upload);
    },
    [start],
  );
  const retry = (upload: Upload): void => {
    setUploads((before) =>
      before.map((each) => (each.key === upload.key ? { ...each, part: 0, failure: undefined } : each)),
    );
    void start(upload);
  };
  const drop = ({ key }: Upload): void => {
    running.current.get(key)?.abort();
    setUploads((before) => before.filter((each) => each.key !== key));
  };
  const isSending = uploads.some(({ failure }) => failure === undefined);
  return { uploads, isSending, send, retry, drop };
}
