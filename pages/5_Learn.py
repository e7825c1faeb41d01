"""Learn: what quantisation is, by moving a slider; a glossary, and the questions people ask."""

from pages.parts import shell
from pages.parts.learning import answer, frame, layer, line, picture, sound, state, words

DRAW = {
    "picture": picture.draw,
    "sound": sound.draw,
    "line": line.draw,
    "layer": layer.draw,
    "answer": answer.draw,
    "questions": words.questions,
    "words": words.draw,
}

with shell.page("Learn"):
    step = state.step()
    with frame.screen(step):
        DRAW[step]()
