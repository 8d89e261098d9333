/*
 * What the server and the process that works on pictures say to each other. Nothing here loads a library.
 */

/** Formats that are encoded anew. SVG is not decoded: what is not on a short list is left out of it. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'svg';

/** All frames together. */
export const imagePixelsMax = 50_000_000;
export const imageFramesMax = 300;
/** The longer side of a kept picture: four times a full HD screen. */
export const imageSideMax = 3840;
/** Larger drawings are no logos. */
export const svgBytesMax = 1024 * 1024;

export interface ImageTask {
  readonly format: ImageFormat;
  readonly input: string;
  /** Does not exist yet; whoever asks removes it when the task fails. */
  readonly output: string;
  /** The picture fits into a square with this side, in pixels. Never enlarged. */
  readonly side?: number;
  /** The picture's width in pixels. Never enlarged. */
  readonly width?: number;
}

/** - `broken`: cannot be read as what it claims to be. - `pixels`: too many pixels or frames. */
export type ImageFault = 'broken' | 'pixels';

/** What the process answers. `unusable`: the library cannot be loaded, or the output cannot be written. */
export type ImageReport =
  | { readonly ok: true; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly fault: ImageFault }
  | { readonly ok: false; readonly fault: 'unusable'; readonly why: string };

/** The exit code of a process that took more memory than it may. */
export const memoryExitCode = 77;
