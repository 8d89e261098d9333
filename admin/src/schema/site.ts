import { useQuery } from '@tanstack/react-query';
import { readSite } from '../api.ts';
import type { SiteFacts } from '../api-types.ts';

/** The pages, pictures and time zone of the site. They change only when its files do. */
export function useSite(): { readonly site: SiteFacts; readonly isPending: boolean } {
  const { data, isPending } = useQuery({ queryKey: ['site'], queryFn: readSite, staleTime: 5 * 60_000 });
  return { site: data ?? unknownSite, isPending };
}

/** Until it is known, and where it cannot be. */
const unknownSite: SiteFacts = {
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  pages: [],
  pictures: [],
};
