/** A number that only grows, one for each combination of labels. */
interface Counter {
  add(...labels: readonly string[]): void;
}

/** How many values fell below each bound, one histogram for each combination of labels. */
interface Histogram {
  observe(value: number, ...labels: readonly string[]): void;
}

/** Metrics of one process. Prints itself in the text format 0.0.4 of Prometheus. */
interface Registry {
  /** `name` without `_total`, which is added. */
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  histogram(name: string, help: string, bounds: readonly number[], labelNames?: readonly string[]): Histogram;
  /** Asked for its value whenever the text is; left out while it gives undefined. */
  gauge(name: string, help: string, read: () => Promise<number | undefined> | number | undefined): void;
  text(): Promise<string>;
}

interface Series {
  readonly counts: number[];
  sum: number;
  count: number;
}

export function metricsRegistry(): Registry {
  const printers: (() => Promise<readonly string[]> | readonly string[])[] = [];
  return {
    counter(name, help, labelNames = []) {
      const values = new Map<string, number>();
      const full = `${name}_total`;
      printers.push(() => [
        ...heading(full, help, 'counter'),
        ...[...values].map(([labels, value]) => `${full}${braced(labels)} ${value}`),
      ]);
      return {
        add(...labels) {
          const key = labelText(labelNames, labels);
          values.set(key, (values.get(key) ?? 0) + 1);
        },
      };
    },
    histogram(name, help, bounds, labelNames = []) {
      const all = new Map<string, Series>();
      printers.push(() => [
        ...heading(name, help, 'histogram'),
        ...[...all].flatMap(([labels, series]) => histogramLines(name, labels, bounds, series)),
      ]);
      return {
        observe(value, ...labels) {
          const key = labelText(labelNames, labels);
          let series = all.get(key);
          if (!series) all.set(key, (series = { counts: bounds.map(() => 0), sum: 0, count: 0 }));
          const place = bounds.findIndex((bound) => value <= bound);
          if (place >= 0) series.counts[place]! += 1;
          series.sum += value;
          series.count += 1;
        },
      };
    },
    gauge(name, help, read) {
      printers.push(async () => {
        const value = await read();
        return value === undefined ? [] : [...heading(name, help, 'gauge'), `${name} ${value}`];
      });
    },
    async text() {
      const lines = await Promise.all(printers.map(async (print) => await print()));
      return `${lines.flat().join('\n')}\n`;
    },
  };
}

function heading(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function histogramLines(name: string, labels: string, bounds: readonly number[], series: Series): string[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += series.counts[index]!;
    return `${name}_bucket${braced(withLabel(labels, `le="${bound}"`))} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket${braced(withLabel(labels, 'le="+Inf"'))} ${series.count}`,
    `${name}_sum${braced(labels)} ${series.sum}`,
    `${name}_count${braced(labels)} ${series.count}`,
  ];
}

/** Backslash, quote and line feed are what the format escapes in a label's value. */
function labelText(names: readonly string[], values: readonly string[]): string {
  return names
    .map((name, index) => {
      const value = (values[index] ?? '').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
      return `${name}="${value}"`;
    })
    .join(',');
}

function withLabel(labels: string, label: string): string {
  return labels === '' ? label : `${labels},${label}`;
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
