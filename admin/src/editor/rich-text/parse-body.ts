/** Markup in a document of its own: nothing in it is run or loaded. */
export function parseBody(markup: string): HTMLElement {
  return new DOMParser().parseFromString(markup, 'text/html').body;
}
