"""The words of the model cards. Numbers are filled in by the exporter from what it measured."""

DATE = "2026-11-23"

CARDS = {
    "everyday": {
        "name": "Everyday objects",
        "description": "A residual network that sorts a small colour picture into one of 100 everyday things and animals.",
        "data": {
            "name": "Everyday objects: 100 classes of Tiny ImageNet, 64x64 pixels",
            "source": "github.com/seshuad/IMagenet @ 153dbc161ab7942a12c99515e80ef6454dd06693",
            "licence": "ImageNet terms: for research and teaching; the pictures are not passed on with the network",
        },
        "limits": [
            "It must answer with one of its 100 classes: shown anything else, it still names one of them.",
            "It sees only 64 by 64 pixels: hold the object close, so that it fills the frame.",
            "It does not know people, faces, text or most brands, and it knows only a few dozen kinds of animal.",
            "Its training pictures are web photographs collected before 2012, mostly from Europe and North America.",
            "Its percentages are not calibrated: 90 % does not mean that it is right nine times out of ten.",
            "It is a teaching network, about as good as networks of its size can be; it is not meant for decisions that matter.",
        ],
    },
    "digits": {
        "name": "Handwritten digits",
        "description": "A small plain network that reads one handwritten digit held to the camera.",
        "data": {
            "name": "MNIST handwritten digits, 28x28 pixels, centred on a 32x32 sheet",
            "source": "github.com/rasbt/mnist-pngs @ d26bd33bf1e454dd15bd4fe8b8ba64c76308f91c",
            "licence": "MNIST: CC BY-SA 3.0 (as far as known); the repository: MIT",
        },
        "limits": [
            "It must answer with one of the ten digits: shown a letter, a face or an empty sheet, it still names a digit.",
            "It reads one digit at a time: one large digit, drawn with a thick pen, roughly in the middle and upright.",
            "It learned from digits written in the United States around 1990: a crossed 7 or a 1 with a long flag may be misread.",
            "A 6 turned upside down is a 9 to it, and it was taught only small turns.",
            "The camera's light, paper and pens of its training were imitated by a program, not photographed.",
        ],
    },
}

RECIPE_TEXT = {
    "everyday": (
        "SGD with momentum, cosine learning rate, pictures growing from 40 to 64 pixels, random crops, turns, perspective, "
        "light, colour, blur, noise and erasing; the moving average of the weights is what is shipped, with the statistics "
        "of batch norm recomputed on training pictures of the shipped size."
    ),
    "digits": (
        "SGD with momentum, cosine learning rate; every digit is redrawn as paper before a camera: colours, pen width, "
        "perspective, shadow, blur, noise and stray strokes; the moving average of the weights is what is shipped."
    ),
}

TEACHER_TEXT = (
    " From progress {start:.0%} on it also learned from the opinions (knowledge distillation) of MobileNet v2 1.0 "
    "(Google, Apache-2.0, pretrained on ImageNet) with a linear head fitted to the same training pictures; "
    "no weight of that network is inside this one."
)
