import './mantine.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { installTheme } from './theme.ts';
import { loadWords, preferredLanguage } from './words/words.ts';

installTheme();
const language = preferredLanguage();
const words = await loadWords(language);
createRoot(document.getElementById('root')!).render(<App language={language} words={words} />);
