"""Check an answer to an exercise, or to one of the nets that the course ships and no exercise asks for."""

from course.checks import _catalogue
from course.checks.judge import judge

HE, HUANG = "He et al. 2016", "Huang et al. 2017"


def remark_on(name, answer):
    """The remark on an answer that passes, "" if there is none; raises `WrongAnswer`."""
    if name in _catalogue():
        return judge(_catalogue()[name], answer) or ""
    from course.checks.architecture import Architecture, check_architecture
    from course.checks.limits import quiet

    citation, builder, arguments, stages = {
        "resnet50": (HE, "resnet.resnet", {"depth": 50}, (r"(conv[2-5])_(\d+)", "blocks")),
        "resnet152": (HE, "resnet.resnet", {"depth": 152}, (r"(conv[2-5])_(\d+)", "blocks")),
        "densenet121": (HUANG, "densenet.densenet", {"depth": 121}, (r"(dense\d?)_(\d+)", "layers")),
        "vgg16": ("Simonyan and Zisserman 2015", "vgg.vgg", {"configuration": "D"}, None),
    }[name]
    net = Architecture(name, citation, f"course.models.{builder}", arguments, stages=stages)
    with quiet():
        return check_architecture(answer, net, "a function that builds it") or ""
