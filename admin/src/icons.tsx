import type { ReactElement, SVGProps } from 'react';

const paths = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z',
  inbox: 'M4 13.5 6.6 6h10.8L20 13.5V18a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM4 13.5h4.5l1 2.5h5l1-2.5H20',
  table:
    'M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM4 10h16M10 10v9',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c.4-3.6 2.7-5.5 6-5.5s5.6 1.9 6 5.5M16 4.5a3.3 3.3 0 0 1 0 6.2M17.5 14.8c2 .6 3.2 2.3 3.5 5.2',
  mail: 'M4 7a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM4.5 7.5 12 13l7.5-5.5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  search: 'M11 17.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M16 16l4 4',
  plus: 'M12 5v14M5 12h14',
  trash: 'M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.2 10.5v5.5M13.8 10.5v5.5',
  download: 'M12 4v11M7.5 11 12 15.5l4.5-4.5M5 19.5h14',
  columns: 'M5 5h14v14H5zM9.7 5v14M14.3 5v14',
  filter: 'M4 6h16l-6.2 7v5.5l-3.6-2V13z',
  external: 'M13 5h6v6M19 5l-8.5 8.5M10 6H6.5A1.5 1.5 0 0 0 5 7.5v10A1.5 1.5 0 0 0 6.5 19h10a1.5 1.5 0 0 0 1.5-1.5V14',
  reply: 'M9.5 6 4.5 11l5 5M4.5 11H14c3.6 0 5.5 2 5.5 6',
  left: 'M14.5 6l-6 6 6 6',
  right: 'M9.5 6l6 6-6 6',
  up: 'M12 18V6M7 11l5-5 5 5',
  down: 'M12 6v12M7 13l5 5 5-5',
  check: 'M5 12.5 10 17l9-10',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  history: 'M4.5 12a7.5 7.5 0 1 0 2.3-5.4M4.5 4.5V8H8M12 8v4.3l3 1.7',
  undo: 'M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4',
  moon: 'M19.5 14A8 8 0 0 1 10 4.5a8 8 0 1 0 9.5 9.5',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c.6-4 3.4-6 7.5-6s6.9 2 7.5 6',
  out: 'M10 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19H10M14 8l4 4-4 4M18 12H9.5',
  alert: 'M12 4.5 21 19.5H3zM12 10v4.5M12 16.8v.2',
  unread: 'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7',
  edit: 'M5 19l.8-3.8L15.5 5.5l3 3L8.8 18.2zM13.5 7.5l3 3',
  globe:
    'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M3.5 12h17M12 3.5c2.5 2.5 3.5 5.3 3.5 8.5s-1 6-3.5 8.5c-2.5-2.5-3.5-5.3-3.5-8.5s1-6 3.5-8.5',
  picture:
    'M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM4.5 17l4.5-5 3.5 3.5 2.5-2.5 4.5 4.5M15.5 9.5h.01',
  file: 'M7 4h7l4 4v11a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1M14 4v4h4',
  upload: 'M12 15.5V5M7.5 9.5 12 5l4.5 4.5M5 19.5h14',
  redo: 'M16 5l4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h4',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  bold: 'M8 5h5a3.4 3.4 0 0 1 0 6.8H8zM8 11.8h6a3.6 3.6 0 0 1 0 7.2H8z',
  italic: 'M10 5h7M7 19h7M13.5 5l-3 14',
  bullets: 'M9.5 6.5H20M9.5 12H20M9.5 17.5H20M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01',
  numbers: 'M10 6.5h10M10 12h10M10 17.5h10M4 5.5l1.3-.8V9M4 15.2c1.8-1.3 3 .3 1.6 1.6L4 18.5h2.6',
  quote: 'M5 17c2.5-.8 4-3 4-6V7H4.5v5H9M14.5 17c2.5-.8 4-3 4-6V7H14v5h4.5',
  link: 'M10 14a4 4 0 0 0 6 .4l2.5-2.5a4 4 0 0 0-5.7-5.7L11.5 7.500M14 10a4 4 0 0 0-6-.4l-2.5 2.500a4 4 0 0 0 5.7 5.700l1.3-1.3',
  plain: 'M6 5h12M12 5l-2 8M9 19h4M5 5l14 14',
  code: 'M8.5 7 4 12l4.5 5M15.5 7 20 12l-4.5 5',
  star: 'M12 4.500l2.3 4.8 5.2.7-3.8 3.6.9 5.2-4.6-2.5-4.6 2.5.9-5.200L4.5 10l5.2-.7z',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  grip: 'M9 6.5h.01M9 12h.01M9 17.5h.01M15 6.5h.01M15 12h.01M15 17.5h.01',
  archive: 'M4 5h16v4H4zM5.5 9v9.5a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1V9M10 13h4',
  tasks: 'M5 6.5 6.5 8 9 5M12 6.5h7M5 12.5 6.5 14 9 11M12 12.5h7M5.5 18.5h3M12 18.5h7',
  shield: 'M12 4l7 2.5v5c0 4.3-2.9 7.2-7 8.5-4.1-1.3-7-4.2-7-8.5v-5zM9 12l2.2 2.2L15.2 10',
  devices:
    'M4 6.5A1.5 1.5 0 0 1 5.5 5h11A1.5 1.5 0 0 1 18 6.5V9M4 6.5V15h9M2.5 18H13M15.5 11h4a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1V12a1 1 0 0 1 1-1',
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside words that say the same: hidden from those who are read to. */
export function Icon({
  name,
  size = 20,
  ...more
}: { readonly name: IconName; readonly size?: number } & SVGProps<SVGSVGElement>): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' || name === 'grip' ? 2.6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...more}
    >
      <path d={paths[name]} fill={name === 'unread' ? 'currentColor' : 'none'} />
    </svg>
  );
}
