import { brotliCompress, constants } from 'node:zlib';

/** Makes pages as small as they get, beside the work of the server. */
export interface Recoder {
  /**
   * Codes `bytes` anew and hands over the result; later, or never when it fails. False when it has enough to do: the
   * page will be asked for again.
   */
  offer(bytes: Buffer, done: (coded: Buffer) => void): boolean;
}

/** Brotli (RFC 7932) at its best, one page at a time on a thread of the pool. */
export function brotliRecoder(): Recoder {
  let isBusy = false;
  return {
    offer(bytes, done) {
      if (isBusy) return false;
      isBusy = true;
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      brotliCompress(bytes, { params }, (error, coded) => {
        isBusy = false;
        if (!error) done(coded);
      });
      return true;
    },
  };
}
