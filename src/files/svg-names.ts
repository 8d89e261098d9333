/*
 * What may stand in an uploaded drawing: shapes, text, gradients, clipping and masks. What is not here is left out with
 * all that is in it: scripts, foreign markup, pictures, links, animation, filters, patterns, entities, other addresses.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const svgElements = words(
  'svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan style ' +
    'linearGradient radialGradient stop clipPath mask',
);

/** Elements that are drawn for each one that refers to them: nothing inside them may refer to others again. */
export const svgShared = words('clipPath mask');

/** Those that are drawn; a drawing without any is none. */
export const svgShapes = words('path rect circle ellipse line polyline polygon text use');

/** Presentation attributes, which are properties in a style as well. */
const presentation =
  'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit ' +
  'stroke-dasharray stroke-dashoffset opacity color display visibility clip-path clip-rule mask stop-color ' +
  'stop-opacity font-family font-size font-style font-weight font-stretch letter-spacing word-spacing text-anchor ' +
  'text-decoration dominant-baseline alignment-baseline baseline-shift paint-order shape-rendering text-rendering ' +
  'vector-effect transform mix-blend-mode isolation overflow';

export const svgProperties = words(presentation);

export const svgAttributes = words(
  `${presentation} id class style viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d ` +
    'points dx dy rotate textLength lengthAdjust pathLength offset gradientUnits gradientTransform spreadMethod ' +
    'clipPathUnits maskUnits maskContentUnits role aria-label aria-hidden',
);
