// Entry of every page: styles, then the islands the page asks for.
import './styles/fonts.css';
