import {
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif',
  headings: { fontWeight: '650' },
  colors: {
    pine: [
      '#ecf7f4',
      '#d5ebe5',
      '#abd6ca',
      '#7dc0ae',
      '#57ad97',
      '#3a9c85',
      '#1f8570',
      '#0f6b5c',
      '#0b5348',
      '#073d35',
    ],
    red: ['#fdf0ee', '#fadfdb', '#f4bcb4', '#ec978b', '#e57568', '#dd5a4c', '#d0402f', '#b42b1d', '#942318', '#761b13'],
    gray: [
      '#faf9f7',
      '#f4f3f0',
      '#e9e7e3',
      '#dcd9d3',
      '#c5c2ba',
      '#a19d94',
      '#6b675e',
      '#524e46',
      '#3a3731',
      '#23211d',
    ],
    dark: [
      '#dcdad7',
      '#bdbab6',
      '#9a9793',
      '#75726f',
      '#4b4947',
      '#393735',
      '#2c2a29',
      '#201f1e',
      '#191817',
      '#121110',
    ],
  },
  components: {
    // Locking the scroll would insert a style element, which the policy refuses; style.css does it instead.
    Modal: { defaultProps: { lockScroll: false, centered: true, radius: 'lg' } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    Select: { defaultProps: { comboboxProps: { shadow: 'md' } } },
  },
});

/**
 * Puts the theme's variables in force. The provider would write them into a style element; a sheet made by script is
 * what a strict policy allows.
 */
export function installTheme(): void {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(defaultCssVariablesResolver(merged), ':root'));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
