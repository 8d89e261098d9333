/*
 * Where data may stand in a page, and how it is written there. The author's markup is trusted; data never is: it can
 * neither end the text or attribute it stands in nor become code. Follows the tokenizer of the HTML standard (13.2.5).
 */

/** What an attribute's value is to a browser. Data in a `forbidden` one is a load error. */
export type AttributeContext = 'text' | 'url' | 'srcset' | 'style' | 'forbidden';

/** The quote around an attribute's value; '' where the author wrote none. */
export type AttributeQuote = '"' | "'" | '';

/** An element's attributes by lower-case name, as far as other attributes of the same element matter. */
export type AttributesByName = Readonly<Record<string, string>>;

const textSpecial = /[&<>\r\0]/;
const textSpecials = /[&<>\r\0]/g;

/**
 * Writes data as the text of an element (also of `title` and `textarea`). CR is written as a character reference, since
 * the parser would turn it into LF; NUL, which no HTML text can hold, becomes U+FFFD.
 */
export function escapeText(text: string): string {
  return textSpecial.test(text) ? text.replace(textSpecials, (character) => references[character]!) : text;
}

/**
 * Writes data as the whole content of an element. The parser drops a line feed that comes first in `pre`, `textarea`
 * and `listing`, so one more is written before it there.
 */
export function escapeContent(tag: string, text: string): string {
  const escaped = escapeText(text);
  return text.startsWith('\n') && dropsFirstLineFeed.has(tag) ? `\n${escaped}` : escaped;
}

/**
 * Writes a whole attribute value. With '' as quote everything that would end an unquoted value is written as a
 * character reference, and an empty value as `""`, since nothing at all would swallow the next attribute. Give the
 * whole value, not a piece: a piece that follows the author's `&` could become a character reference.
 */
export function escapeAttribute(text: string, quote: AttributeQuote): string {
  if (quote === '') return text === '' ? '""' : text.replace(unquotedSpecials, (character) => references[character]!);
  const special = quote === '"' ? doubleQuotedSpecial : singleQuotedSpecial;
  if (!special.test(text)) return text;
  return text.replace(
    quote === '"' ? doubleQuotedSpecials : singleQuotedSpecials,
    (character) => references[character]!,
  );
}

/**
 * Says what an attribute's value is to a browser, by lower-case tag and attribute name. `attributes` are the element's
 * own, for those whose meaning hangs on another: `content` of `meta http-equiv`, `href` of a stylesheet.
 */
export function attributeContext(tag: string, attribute: string, attributes: AttributesByName = {}): AttributeContext {
  if (attributeReason(tag, attribute, attributes)) return 'forbidden';
  if (attribute === 'style') return 'style';
  if (srcsetAttributes.has(attribute)) return 'srcset';
  if (urlAttributes.has(attribute) || (tag === 'object' && attribute === 'data')) return 'url';
  return 'text';
}

/** Why data may not stand somewhere, and what to write instead. */
export interface ForbiddenReason {
  readonly message: string;
  readonly fix: string;
}

/**
 * Explains why data may not stand in an attribute, or, with `null` as attribute, in an element's text. `null` where it
 * may. Of attributes the same judgement as {@link attributeContext}.
 */
export function forbiddenReason(
  tag: string,
  attribute: string | null,
  attributes: AttributesByName = {},
): ForbiddenReason | null {
  return attribute === null ? textReason(tag) : attributeReason(tag, attribute, attributes);
}

function textReason(tag: string): ForbiddenReason | null {
  if (codeElements.has(tag)) {
    return {
      message: `Data cannot stand inside <${tag}>: the browser runs it as code or reads it as raw text.`,
      fix: 'Put it into a data-… attribute of an element and let the script read it there.',
    };
  }
  if (rawElements.has(tag)) {
    return {
      message: `Data cannot stand inside <${tag}>: browsers read its content as raw text, in which nothing can be escaped.`,
      fix: 'Use an ordinary element such as <p>, <span> or <pre>.',
    };
  }
  if (voidElements.has(tag)) {
    return {
      message: `<${tag}> cannot have text.`,
      fix: 'Bind one of its attributes (data-attr-…), or use another element.',
    };
  }
  if (structureElements.has(tag)) {
    return {
      message: `Text directly inside <${tag}> is moved elsewhere by the parser.`,
      fix: 'Put the mark on an element inside it, such as a cell, a caption or an option.',
    };
  }
  return null;
}

function attributeReason(tag: string, attribute: string, attributes: AttributesByName): ForbiddenReason | null {
  if (attribute.startsWith('on')) {
    return {
      message: `Data cannot stand in ${attribute}: its value is run as a script.`,
      fix: `Put it into a data-… attribute and let the script read it there.`,
    };
  }
  if (attribute === 'srcdoc') {
    return {
      message: 'Data cannot stand in srcdoc: its value is a whole page.',
      fix: 'Use src with a page of its own.',
    };
  }
  if (isClientCode(attribute)) {
    return {
      message: `Data cannot stand in ${attribute}: a script in the page may run its value as code.`,
      fix: 'Put it into a plain data-… attribute and read that in the expression.',
    };
  }
  return markupReason(attribute, attributes) ?? elementReason(tag, attribute, attributes);
}

/** Attributes that client scripts read as markup: those of Bootstrap's tooltips and popovers. */
function markupReason(attribute: string, attributes: AttributesByName): ForbiddenReason | null {
  const switchedOn = attributes['data-bs-html'] !== undefined && attributes['data-bs-html'] !== 'false';
  if (bootstrapSettings.has(attribute) || (switchedOn && bootstrapTexts.has(attribute))) {
    return {
      message: `Data cannot stand in ${attribute}: Bootstrap reads it as markup.`,
      fix: 'Leave out data-bs-html; its title and content are then plain text.',
    };
  }
  return null;
}

/** Attributes that are harmless or not by the element they stand on. */
function elementReason(tag: string, attribute: string, attributes: AttributesByName): ForbiddenReason | null {
  const forbid = (why: string, fix: string): ForbiddenReason => ({
    message: `Data cannot stand in ${attribute} of <${tag}>: ${why}`,
    fix,
  });
  const writeIt = 'Write the value into the file.';
  if (attribute === 'xml:base' || tag === 'base')
    return forbid('it changes where every link of the page leads.', writeIt);
  if (tag === 'script' && !scriptAttributes.test(attribute)) return forbid('it decides what code is run.', writeIt);
  if (tag === 'style' && !scriptAttributes.test(attribute)) return forbid('it decides how styles apply.', writeIt);
  if (tag === 'meta' && (attribute === 'http-equiv' || (attribute === 'content' && 'http-equiv' in attributes))) {
    return forbid('browsers obey it like a header of the server.', writeIt);
  }
  if (
    tag === 'link' &&
    (attribute === 'rel' || (attribute === 'href' && codeRelations.test(attributes['rel'] ?? '')))
  ) {
    return forbid(
      'it decides what styles and scripts are loaded.',
      'Write all of them into the file and choose with data-if.',
    );
  }
  if (animationElements.has(tag) && animationAttributes.has(attribute)) {
    return forbid('it can write into any attribute of another element.', writeIt);
  }
  if (frameElements.has(tag) && frameAttributes.has(attribute)) {
    return forbid('it decides what the framed page may do.', writeIt);
  }
  return null;
}

/** Whether a client framework may evaluate the attribute: Alpine, Vue, htmx, Angular, Knockout, hyperscript and kin. */
function isClientCode(attribute: string): boolean {
  return clientPrefixes.test(attribute) || clientAttributes.has(attribute);
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
  ' ': '&#32;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\f': '&#12;',
  '\r': '&#13;',
  '\0': '\uFFFD',
};

const doubleQuotedSpecial = /[&<>"\r\0]/;
const doubleQuotedSpecials = /[&<>"\r\0]/g;
const singleQuotedSpecial = /[&<>'\r\0]/;
const singleQuotedSpecials = /[&<>'\r\0]/g;
const unquotedSpecials = /[&<>"'`= \t\n\f\r\0]/g;

const dropsFirstLineFeed = new Set(['pre', 'textarea', 'listing']);

const codeElements = new Set(['script', 'style']);
const rawElements = new Set(['noscript', 'iframe', 'xmp', 'plaintext', 'noembed', 'noframes']);
const voidElements = new Set(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr'.split(' '),
);
const structureElements = new Set('html head frameset table tbody thead tfoot tr colgroup'.split(' '));

const srcsetAttributes = new Set(['srcset', 'imagesrcset', 'data-srcset']);
const urlAttributes = new Set([
  ...'href xlink:href src action formaction poster cite background longdesc ping manifest icon profile'.split(' '),
  ...'codebase classid archive lowsrc dynsrc'.split(' '),
  // Where lazy loaders keep the address that they copy into href or src.
  ...'data-src data-href data-url data-background data-bg data-poster'.split(' '),
]);

const clientPrefixes =
  /^(?:[@:#_*[(]|(?:x|v|hx|ng|data-x|data-v|data-hx|data-ng|data-on|data-wp-on|wire|bind|let|mv|fx)[-:]|data-on$)/;
const clientAttributes = new Set(['data-bind', 'data-script', 'data-signals', 'data-effect', 'data-computed']);

const bootstrapSettings = new Set(
  'data-bs-html data-bs-template data-bs-sanitize data-bs-allow-list data-bs-sanitize-fn data-html data-template'.split(
    ' ',
  ),
);
const bootstrapTexts = new Set('title data-bs-title data-bs-content data-bs-original-title'.split(' '));

const scriptAttributes = /^(?:data-.*|id|class|title|lang|hidden|item.*)$/;
const codeRelations = /(?:^|\s)(?:stylesheet|import|modulepreload|preload|serviceworker|manifest)(?:\s|$)/i;
const animationElements = new Set(['animate', 'animatemotion', 'animatetransform', 'set']);
const animationAttributes = new Set(['attributename', 'to', 'from', 'by', 'values']);
const frameElements = new Set(['iframe', 'frame', 'embed', 'object', 'portal', 'fencedframe']);
const frameAttributes = new Set([
  'sandbox',
  'allow',
  'csp',
  'credentialless',
  'allowfullscreen',
  'type',
  'classid',
  'codebase',
]);
