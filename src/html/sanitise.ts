import { createRequire } from 'node:module';
import type SanitizeHtml from 'sanitize-html';
import { boundedCache } from '../std/index.ts';
import { nestProperly } from './sanitise-nesting.ts';

/*
 * Markup that is data: rich text from visitors and editors. An allow-list, applied when it is written and again when it
 * is rendered, so that a rule tightened later holds for what is stored already.
 */

// Both cost tens of milliseconds to load, and most sites never use them.
const load = createRequire(import.meta.url);
let sanitizeHtml: typeof SanitizeHtml | undefined;
let markdown: MarkdownRenderer | undefined;

interface MarkdownRenderer {
  render(source: string): string;
}

/** Classes to put on new elements and to keep, by lower-case tag: those that all sample elements of the tag share. */
export type KeptClasses = Readonly<Record<string, readonly string[]>>;

/** Bytes of text whose sanitised form is kept, so that a page rendered anew does not pay for texts that are not new. */
const cacheBytesMax = 4 * 1024 * 1024;
const sanitised = boundedCache<string, string>(cacheBytesMax);

/**
 * Makes markup safe to stand in a page: elements for text, pictures and tables only; no scripts, styles, frames, forms,
 * SVG or MathML; links and pictures by relative, `http`, `https`, `mailto` or `tel` URLs. Elements come out nested so
 * that nothing can end the element around them. Applying it twice changes nothing.
 *
 * @param keepClasses classes that every element of a tag gets; all others go
 * @param container lower-case tag of the element that the markup will stand in; where it holds words only (`p`, `h1`),
 *   paragraphs and lists lose their elements, not their text
 */
export function sanitiseHtml(markup: string, keepClasses: KeptClasses = {}, container = 'div'): string {
  if (!/[<&>\0\r]/.test(markup)) return markup;
  const key = `${container}\n${JSON.stringify(keepClasses)}\n${markup}`;
  let clean = sanitised.get(key);
  if (clean === undefined) {
    clean = untilStable(markup, (text) => nestProperly(allowed(text, keepClasses), container));
    sanitised.set(key, clean, (key.length + clean.length) * 2);
  }
  return clean;
}

/** Markdown (CommonMark, no HTML in it) as sanitised markup. */
export function renderMarkdown(source: string, keepClasses: KeptClasses = {}, container = 'div'): string {
  if (!markdown) {
    const make: (options: { html: boolean; linkify: boolean }) => MarkdownRenderer = load('markdown-it');
    markdown = make({ html: false, linkify: false });
  }
  return sanitiseHtml(markdown.render(source), keepClasses, container).trimEnd();
}

/** Taking elements away can bring the halves of another together; three rounds settle all that is known. */
function untilStable(markup: string, clean: (text: string) => string): string {
  let text = markup;
  for (let round = 0; round < roundsMax; round++) {
    const next = clean(text);
    if (next === text) return next;
    text = next;
  }
  return clean(text) === text ? text : text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const roundsMax = 5;

function allowed(markup: string, keepClasses: KeptClasses): string {
  if (!sanitizeHtml) {
    const loaded: typeof SanitizeHtml = load('sanitize-html');
    sanitizeHtml = loaded;
  }
  return sanitizeHtml(markup.replaceAll('\0', ''), {
    ...rules,
    transformTags: {
      '*': (tag, attributes) => ({
        tagName: tag,
        attribs: withClasses(attributes, keepClasses[tag]),
      }),
    },
  });
}

function withClasses(
  attributes: Readonly<Record<string, string>>,
  classes: readonly string[] | undefined,
): Record<string, string> {
  const { class: _dropped, ...others } = attributes;
  return classes && classes.length > 0 ? { ...others, class: classes.join(' ') } : others;
}

const urlAttributes = ['href', 'src', 'cite'];

const rules: SanitizeHtml.IOptions = {
  allowedTags: [
    ...'p h1 h2 h3 h4 h5 h6 blockquote pre hr ul ol li dl dt dd div section figure figcaption details summary'.split(
      ' ',
    ),
    ...'a span strong b em i u s del ins mark small sub sup abbr cite dfn q code kbd samp var time br wbr img'.split(
      ' ',
    ),
    ...'table caption colgroup col thead tbody tfoot tr th td'.split(' '),
  ],
  allowedAttributes: {
    '*': ['class', 'lang', 'dir', 'title'],
    a: ['href'],
    img: ['src', 'alt', 'width', 'height', 'loading'],
    blockquote: ['cite'],
    q: ['cite'],
    del: ['cite', 'datetime'],
    ins: ['cite', 'datetime'],
    time: ['datetime'],
    ol: ['start', 'reversed', 'type'],
    li: ['value'],
    th: ['colspan', 'rowspan', 'scope'],
    td: ['colspan', 'rowspan'],
    col: ['span'],
    colgroup: ['span'],
    details: ['open'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesAppliedToAttributes: urlAttributes,
  allowProtocolRelative: true,
  // What stands in these is no text for a reader, so it goes with them.
  nonTextTags: [
    ...'script style textarea option select noscript noembed noframes xmp plaintext template'.split(' '),
    ...'iframe object embed applet svg math title head audio video'.split(' '),
  ],
  disallowedTagsMode: 'discard',
  nestingLimit: 60,
  parseStyleAttributes: false,
};
