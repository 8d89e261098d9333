import type { Representation } from '../pages/index.ts';
import { negotiateCoding } from './accept.ts';
import type { HttpServer } from './http-server.ts';
import { openLane } from './lane.ts';
import type { LaneOptions, LaneQuestion } from './lane.ts';
import { laneResponse } from './lane-response.ts';
import type { LaneResponse } from './lane-response.ts';
import { headersOf, withoutContent } from './respond.ts';
import type { ReadyPage } from './site-handler.ts';

export interface PageLaneOptions extends Pick<LaneOptions, 'isOpen' | 'now' | 'timeouts' | 'onAnswer'> {
  /** The page for a request as it stands, when it is in the cache, the same for every visitor, and this host's. */
  readonly ready: (question: Pick<LaneQuestion, 'target' | 'host' | 'address'>) => ReadyPage | undefined;
}

/** Opens the fast lane for pages in the cache. What it answers, the request handler answers alike. */
export function openPageLane({ server }: HttpServer, { ready, ...options }: PageLaneOptions): void {
  const prepared = new WeakMap<Representation, Map<string, LaneResponse>>();
  const keepAliveSeconds = Math.floor(server.keepAliveTimeout / 1000);
  openLane(server, {
    ...options,
    table: (question) => {
      const found = ready(question);
      if (!found || found.page.status !== 200) return undefined;
      const { page, extra } = found;
      const representation = page.representation(negotiateCoding(question.acceptEncoding));
      // One page has several addresses, each with a header or two of its own.
      const variants = prepared.get(representation) ?? new Map<string, LaneResponse>();
      const variant = extra === undefined ? '' : JSON.stringify(extra);
      let response = variants.get(variant);
      if (!response) {
        const headers = headersOf(page, representation, extra);
        response = laneResponse({
          etag: representation.etag,
          lastModified: page.headers['last-modified'],
          headers: { ...headers, 'content-length': representation.bytes.length },
          notModifiedHeaders: withoutContent(headers),
          body: representation.bytes,
          keepAliveSeconds,
        });
        prepared.set(representation, variants.set(variant, response));
      }
      return response;
    },
  });
}
