/** The words of the page below. */
interface Words {
  readonly lang: string;
  readonly subject: string;
  readonly received: string;
  readonly from: string;
  readonly open: string;
}

const english: Words = {
  lang: 'en',
  subject: 'New submission: {form} – {site}',
  received: 'Received',
  from: 'Page',
  open: 'Open in the admin',
};

const german: Words = {
  lang: 'de',
  subject: 'Neue Einsendung: {form} – {site}',
  received: 'Eingegangen',
  from: 'Seite',
  open: 'In der Verwaltung öffnen',
};

/** The page that a mail about a new submission is made from, in German for German forms, else in English. */
export function newSubmissionPage(formLang: string): string {
  const { lang, subject, received, from, open } = /^de\b/i.test(formLang) ? german : english;
  return `<!DOCTYPE html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<title data-row="submission" data-text="${subject}">contact</title>
</head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#222">
<div data-row="submission">
<h1 itemprop="form" style="margin:0 0 16px;font-size:20px">contact</h1>
<table data-list="field" style="border-collapse:collapse">
<tr itemscope>
<th itemprop="label" style="padding:4px 16px 4px 0;text-align:left;vertical-align:top;font-weight:600">Name</th>
<td itemprop="value" style="padding:4px 0;vertical-align:top;white-space:pre-wrap">Ada</td>
</tr>
</table>
<p style="margin:16px 0 0;color:#666;font-size:14px">${received}: <time itemprop="received" data-format="datetime:medium" datetime="2020-01-01T00:00:00.000Z">1 January 2020</time><br>
${from}: <span itemprop="page">/contact</span></p>
<p data-if="link" style="margin:16px 0 0"><a itemprop="link" href="https://example.org/admin">${open}</a></p>
</div>
</body>
</html>
`;
}
