import { settingDefinitions } from './settings.ts';
import type { Settings } from './settings.ts';

/** The settings that are not as they come, for a backup or a report: without the passwords in addresses. */
export function settingsToShow(settings: Settings): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const { fallback } = settingDefinitions[name as keyof Settings];
    if (JSON.stringify(value) !== JSON.stringify(fallback)) shown[name] = withoutPassword(value);
  }
  return shown;
}

function withoutPassword(value: unknown): unknown {
  if (typeof value !== 'string' || !URL.canParse(value)) return value;
  const url = new URL(value);
  if (url.password === '') return value;
  url.password = '';
  return url.href;
}
