include("../../python/manifest.py")
module("check.py")
