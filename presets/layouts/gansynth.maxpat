{
 "patcher": {
  "fileversion": 1,
  "appversion": {
   "major": 8,
   "minor": 6,
   "revision": 0,
   "architecture": "x64"
  },
  "classnamespace": "box",
  "rect": [
   60.0,
   80.0,
   1240.0,
   900.0
  ],
  "boxes": [
   {
    "box": {
     "id": "obj-1",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      900.0,
      168.0,
      22.0
     ],
     "text": "udpsend 127.0.0.1 9000",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-2",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      20.0,
      119.0,
      22.0
     ],
     "text": "udpreceive 9011",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      50.0,
      7336.0,
      22.0
     ],
     "text": "route /timbre/xy /param/macro/1 /param/macro/2 /param/macro/3 /param/macro/4 /param/macro/5 /param/macro/6 /param/macro/7 /param/macro/8 /param/amp/attack /param/amp/decay /param/amp/sustain /param/amp/release /param/amp/volume /param/amp/expression /param/amp/pan /param/amp/velocity_sensitivity /param/pitch/bend_range /param/pitch/tune /param/pitch/transpose /param/voice/mode /param/voice/glide /param/voice/velocity_curve /param/voice/pressure /param/vibrato/rate /param/vibrato/depth /param/vibrato/delay /param/reverb/send /param/reverb/size /param/reverb/damping /param/timbre/x /param/timbre/y /param/timbre/morph_ms /param/main/volume /param/main/a4_hz /param/main/omni /param/key/low /param/key/high /param/key/velocity_low /param/key/velocity_high /param/key/channel /part/2/param/key/low /part/2/param/key/high /part/2/param/key/velocity_low /part/2/param/key/velocity_high /part/2/param/key/channel /part/3/param/key/low /part/3/param/key/high /part/3/param/key/velocity_low /part/3/param/key/velocity_high /part/3/param/key/channel",
     "numinlets": 2,
     "numoutlets": 52
    }
   },
   {
    "box": {
     "id": "obj-4",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      20.0,
      70.0,
      22.0
     ],
     "text": "loadbang",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "message",
     "patching_rect": [
      400.0,
      20.0,
      119.0,
      22.0
     ],
     "text": "/subscribe 9011",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "message",
     "patching_rect": [
      400.0,
      45.0,
      105.0,
      22.0
     ],
     "text": "/q/all_params",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-7",
     "maxclass": "message",
     "patching_rect": [
      400.0,
      70.0,
      161.0,
      22.0
     ],
     "text": "/q/part/*/param/key/*",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-8",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      90.0,
      140.0,
      22.0
     ],
     "text": "timbre",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      690.0,
      77.0,
      22.0
     ],
     "text": "pak 0. 0.",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-10",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      710.0,
      140.0,
      22.0
     ],
     "text": "prepend /timbre/xy",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-11",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      730.0,
      98.0,
      22.0
     ],
     "text": "unpack 0. 0.",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-12",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      90.0,
      68.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-13",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      750.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-14",
     "maxclass": "slider",
     "patching_rect": [
      92.0,
      90.0,
      68.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-15",
     "maxclass": "newobj",
     "patching_rect": [
      92.0,
      750.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-16",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      120.0,
      98.0,
      22.0
     ],
     "text": "/preset/prev",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-17",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      150.0,
      98.0,
      22.0
     ],
     "text": "/preset/next",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-18",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      180.0,
      112.0,
      22.0
     ],
     "text": "/timbre/random",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-19",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      210.0,
      140.0,
      22.0
     ],
     "text": "/timbre/mutate 0.2",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-20",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      240.0,
      49.0,
      22.0
     ],
     "text": "/undo",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-21",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      270.0,
      49.0,
      22.0
     ],
     "text": "/redo",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-22",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      300.0,
      35.0,
      22.0
     ],
     "text": "/ab",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-23",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      330.0,
      98.0,
      22.0
     ],
     "text": "/preset/save",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-24",
     "maxclass": "message",
     "patching_rect": [
      20.0,
      360.0,
      98.0,
      22.0
     ],
     "text": "/allsoundoff",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-25",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      390.0,
      140.0,
      22.0
     ],
     "text": "macro/1",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-26",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      390.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-27",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      990.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/1",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-28",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1010.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-29",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1030.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-30",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      420.0,
      140.0,
      22.0
     ],
     "text": "macro/2",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-31",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      420.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-32",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1020.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/2",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-33",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1040.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-34",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1060.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-35",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      450.0,
      140.0,
      22.0
     ],
     "text": "macro/3",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-36",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      450.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-37",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1050.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/3",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-38",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1070.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-39",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1090.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-40",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      480.0,
      140.0,
      22.0
     ],
     "text": "macro/4",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-41",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      480.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-42",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1080.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/4",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-43",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1100.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-44",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1120.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-45",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      510.0,
      140.0,
      22.0
     ],
     "text": "macro/5",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-46",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      510.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-47",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1110.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/5",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-48",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1130.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-49",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1150.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-50",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      540.0,
      140.0,
      22.0
     ],
     "text": "macro/6",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-51",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      540.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-52",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1140.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/6",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-53",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1160.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-54",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1180.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-55",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      570.0,
      140.0,
      22.0
     ],
     "text": "macro/7",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-56",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      570.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-57",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1170.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/7",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-58",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1190.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-59",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1210.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-60",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      600.0,
      140.0,
      22.0
     ],
     "text": "macro/8",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-61",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      600.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-62",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1200.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/macro/8",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-63",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1220.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-64",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1240.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-65",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      630.0,
      140.0,
      22.0
     ],
     "text": "amp/attack",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-66",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      630.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-67",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1230.0,
      189.0,
      22.0
     ],
     "text": "prepend /param/amp/attack",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-68",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1250.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-69",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1270.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-70",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      660.0,
      140.0,
      22.0
     ],
     "text": "amp/decay",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-71",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      660.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-72",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1260.0,
      182.0,
      22.0
     ],
     "text": "prepend /param/amp/decay",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-73",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1280.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-74",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1300.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-75",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      690.0,
      140.0,
      22.0
     ],
     "text": "amp/sustain",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-76",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      690.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-77",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1290.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/amp/sustain",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-78",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1310.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-79",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1330.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-80",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      720.0,
      140.0,
      22.0
     ],
     "text": "amp/release",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-81",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      720.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-82",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1320.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/amp/release",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-83",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1340.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-84",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1360.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-85",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      750.0,
      140.0,
      22.0
     ],
     "text": "amp/volume",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-86",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      750.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-87",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1350.0,
      189.0,
      22.0
     ],
     "text": "prepend /param/amp/volume",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-88",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1370.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-89",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1390.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-90",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      780.0,
      140.0,
      22.0
     ],
     "text": "amp/expression",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-91",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      780.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-92",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1380.0,
      217.0,
      22.0
     ],
     "text": "prepend /param/amp/expression",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-93",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1400.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-94",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1420.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-95",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      810.0,
      140.0,
      22.0
     ],
     "text": "amp/pan",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-96",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      810.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-97",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1410.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/amp/pan",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-98",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1430.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-99",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1450.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-100",
     "maxclass": "comment",
     "patching_rect": [
      170.0,
      840.0,
      140.0,
      22.0
     ],
     "text": "amp/velocity_sensitivity",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-101",
     "maxclass": "slider",
     "patching_rect": [
      20.0,
      840.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-102",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1440.0,
      287.0,
      22.0
     ],
     "text": "prepend /param/amp/velocity_sensitivity",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-103",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1460.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-104",
     "maxclass": "newobj",
     "patching_rect": [
      20.0,
      1480.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-105",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      90.0,
      140.0,
      22.0
     ],
     "text": "pitch/bend_range",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-106",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      90.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-107",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      690.0,
      231.0,
      22.0
     ],
     "text": "prepend /param/pitch/bend_range",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-108",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      710.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-109",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      730.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-110",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      120.0,
      140.0,
      22.0
     ],
     "text": "pitch/tune",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-111",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      120.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-112",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      720.0,
      189.0,
      22.0
     ],
     "text": "prepend /param/pitch/tune",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-113",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      740.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-114",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      760.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-115",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      150.0,
      140.0,
      22.0
     ],
     "text": "pitch/transpose",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-116",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      150.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-117",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      750.0,
      224.0,
      22.0
     ],
     "text": "prepend /param/pitch/transpose",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-118",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      770.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-119",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      790.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-120",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      180.0,
      140.0,
      22.0
     ],
     "text": "voice/mode",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-121",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      180.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-122",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      780.0,
      189.0,
      22.0
     ],
     "text": "prepend /param/voice/mode",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-123",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      800.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-124",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      820.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-125",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      210.0,
      140.0,
      22.0
     ],
     "text": "voice/glide",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-126",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      210.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-127",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      810.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/voice/glide",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-128",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      830.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-129",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      850.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-130",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      240.0,
      140.0,
      22.0
     ],
     "text": "voice/velocity_curve",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-131",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      240.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-132",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      840.0,
      259.0,
      22.0
     ],
     "text": "prepend /param/voice/velocity_curve",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-133",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      860.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-134",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      880.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-135",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      270.0,
      140.0,
      22.0
     ],
     "text": "voice/pressure",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-136",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      270.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-137",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      870.0,
      217.0,
      22.0
     ],
     "text": "prepend /param/voice/pressure",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-138",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      890.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-139",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      910.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-140",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      300.0,
      140.0,
      22.0
     ],
     "text": "vibrato/rate",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-141",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      300.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-142",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      900.0,
      203.0,
      22.0
     ],
     "text": "prepend /param/vibrato/rate",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-143",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      920.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-144",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      940.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-145",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      330.0,
      140.0,
      22.0
     ],
     "text": "vibrato/depth",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-146",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      330.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-147",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      930.0,
      210.0,
      22.0
     ],
     "text": "prepend /param/vibrato/depth",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-148",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      950.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-149",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      970.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-150",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      360.0,
      140.0,
      22.0
     ],
     "text": "vibrato/delay",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-151",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      360.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-152",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      960.0,
      210.0,
      22.0
     ],
     "text": "prepend /param/vibrato/delay",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-153",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      980.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-154",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1000.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-155",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      390.0,
      140.0,
      22.0
     ],
     "text": "reverb/send",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-156",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      390.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-157",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      990.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/reverb/send",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-158",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1010.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-159",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1030.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-160",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      420.0,
      140.0,
      22.0
     ],
     "text": "reverb/size",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-161",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      420.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-162",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1020.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/reverb/size",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-163",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1040.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-164",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1060.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-165",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      450.0,
      140.0,
      22.0
     ],
     "text": "reverb/damping",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-166",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      450.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-167",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1050.0,
      217.0,
      22.0
     ],
     "text": "prepend /param/reverb/damping",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-168",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1070.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-169",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1090.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-170",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      480.0,
      140.0,
      22.0
     ],
     "text": "timbre/x",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-171",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      480.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-172",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1080.0,
      175.0,
      22.0
     ],
     "text": "prepend /param/timbre/x",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-173",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1100.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-174",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1120.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-175",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      510.0,
      140.0,
      22.0
     ],
     "text": "timbre/y",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-176",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      510.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-177",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1110.0,
      175.0,
      22.0
     ],
     "text": "prepend /param/timbre/y",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-178",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1130.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-179",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1150.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-180",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      540.0,
      140.0,
      22.0
     ],
     "text": "timbre/morph_ms",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-181",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      540.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-182",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1140.0,
      224.0,
      22.0
     ],
     "text": "prepend /param/timbre/morph_ms",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-183",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1160.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-184",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1180.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-185",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      570.0,
      140.0,
      22.0
     ],
     "text": "main/volume",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-186",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      570.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-187",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1170.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/main/volume",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-188",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1190.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-189",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1210.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-190",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      600.0,
      140.0,
      22.0
     ],
     "text": "main/a4_hz",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-191",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      600.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-192",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1200.0,
      189.0,
      22.0
     ],
     "text": "prepend /param/main/a4_hz",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-193",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1220.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-194",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1240.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-195",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      630.0,
      140.0,
      22.0
     ],
     "text": "main/omni",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-196",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      630.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-197",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1230.0,
      182.0,
      22.0
     ],
     "text": "prepend /param/main/omni",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-198",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1250.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-199",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1270.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-200",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      660.0,
      140.0,
      22.0
     ],
     "text": "key/low",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-201",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      660.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-202",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1260.0,
      168.0,
      22.0
     ],
     "text": "prepend /param/key/low",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-203",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1280.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-204",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1300.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-205",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      690.0,
      140.0,
      22.0
     ],
     "text": "key/high",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-206",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      690.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-207",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1290.0,
      175.0,
      22.0
     ],
     "text": "prepend /param/key/high",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-208",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1310.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-209",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1330.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-210",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      720.0,
      140.0,
      22.0
     ],
     "text": "key/velocity_low",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-211",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      720.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-212",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1320.0,
      231.0,
      22.0
     ],
     "text": "prepend /param/key/velocity_low",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-213",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1340.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-214",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1360.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-215",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      750.0,
      140.0,
      22.0
     ],
     "text": "key/velocity_high",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-216",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      750.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-217",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1350.0,
      238.0,
      22.0
     ],
     "text": "prepend /param/key/velocity_high",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-218",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1370.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-219",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1390.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-220",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      780.0,
      140.0,
      22.0
     ],
     "text": "key/channel",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-221",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      780.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-222",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1380.0,
      196.0,
      22.0
     ],
     "text": "prepend /param/key/channel",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-223",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1400.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-224",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1420.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-225",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      810.0,
      140.0,
      22.0
     ],
     "text": "2/key/low",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-226",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      810.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-227",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1410.0,
      217.0,
      22.0
     ],
     "text": "prepend /part/2/param/key/low",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-228",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1430.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-229",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1450.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-230",
     "maxclass": "comment",
     "patching_rect": [
      470.0,
      840.0,
      140.0,
      22.0
     ],
     "text": "2/key/high",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-231",
     "maxclass": "slider",
     "patching_rect": [
      320.0,
      840.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-232",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1440.0,
      224.0,
      22.0
     ],
     "text": "prepend /part/2/param/key/high",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-233",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1460.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-234",
     "maxclass": "newobj",
     "patching_rect": [
      320.0,
      1480.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-235",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      90.0,
      140.0,
      22.0
     ],
     "text": "2/key/velocity_low",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-236",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      90.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-237",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      690.0,
      280.0,
      22.0
     ],
     "text": "prepend /part/2/param/key/velocity_low",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-238",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      710.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-239",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      730.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-240",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      120.0,
      140.0,
      22.0
     ],
     "text": "2/key/velocity_high",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-241",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      120.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-242",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      720.0,
      287.0,
      22.0
     ],
     "text": "prepend /part/2/param/key/velocity_high",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-243",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      740.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-244",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      760.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-245",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      150.0,
      140.0,
      22.0
     ],
     "text": "2/key/channel",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-246",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      150.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-247",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      750.0,
      245.0,
      22.0
     ],
     "text": "prepend /part/2/param/key/channel",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-248",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      770.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-249",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      790.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-250",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      180.0,
      140.0,
      22.0
     ],
     "text": "3/key/low",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-251",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      180.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-252",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      780.0,
      217.0,
      22.0
     ],
     "text": "prepend /part/3/param/key/low",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-253",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      800.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-254",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      820.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-255",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      210.0,
      140.0,
      22.0
     ],
     "text": "3/key/high",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-256",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      210.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-257",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      810.0,
      224.0,
      22.0
     ],
     "text": "prepend /part/3/param/key/high",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-258",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      830.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-259",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      850.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-260",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      240.0,
      140.0,
      22.0
     ],
     "text": "3/key/velocity_low",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-261",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      240.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-262",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      840.0,
      280.0,
      22.0
     ],
     "text": "prepend /part/3/param/key/velocity_low",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-263",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      860.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-264",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      880.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-265",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      270.0,
      140.0,
      22.0
     ],
     "text": "3/key/velocity_high",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-266",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      270.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-267",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      870.0,
      287.0,
      22.0
     ],
     "text": "prepend /part/3/param/key/velocity_high",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-268",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      890.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-269",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      910.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-270",
     "maxclass": "comment",
     "patching_rect": [
      770.0,
      300.0,
      140.0,
      22.0
     ],
     "text": "3/key/channel",
     "numinlets": 1,
     "numoutlets": 0
    }
   },
   {
    "box": {
     "id": "obj-271",
     "maxclass": "slider",
     "patching_rect": [
      620.0,
      300.0,
      140.0,
      22.0
     ],
     "floatoutput": 1,
     "size": 1.0,
     "orientation": 1,
     "numinlets": 1,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-272",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      900.0,
      245.0,
      22.0
     ],
     "text": "prepend /part/3/param/key/channel",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-273",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      920.0,
      91.0,
      22.0
     ],
     "text": "unpack 0. s",
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-274",
     "maxclass": "newobj",
     "patching_rect": [
      620.0,
      940.0,
      91.0,
      22.0
     ],
     "text": "prepend set",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-275",
     "maxclass": "kslider",
     "patching_rect": [
      640.0,
      20.0,
      336.0,
      22.0
     ],
     "numinlets": 2,
     "numoutlets": 2
    }
   },
   {
    "box": {
     "id": "obj-276",
     "maxclass": "newobj",
     "patching_rect": [
      640.0,
      60.0,
      70.0,
      22.0
     ],
     "text": "pack 0 0",
     "numinlets": 2,
     "numoutlets": 1
    }
   },
   {
    "box": {
     "id": "obj-277",
     "maxclass": "newobj",
     "patching_rect": [
      740.0,
      60.0,
      112.0,
      22.0
     ],
     "text": "prepend /mnote",
     "numinlets": 2,
     "numoutlets": 1
    }
   }
  ],
  "lines": [
   {
    "patchline": {
     "source": [
      "obj-2",
      0
     ],
     "destination": [
      "obj-3",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-4",
      0
     ],
     "destination": [
      "obj-5",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-5",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-4",
      0
     ],
     "destination": [
      "obj-6",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-6",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-4",
      0
     ],
     "destination": [
      "obj-7",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-7",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-9",
      0
     ],
     "destination": [
      "obj-10",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-10",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      0
     ],
     "destination": [
      "obj-11",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-12",
      0
     ],
     "destination": [
      "obj-9",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-11",
      0
     ],
     "destination": [
      "obj-13",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-13",
      0
     ],
     "destination": [
      "obj-12",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-14",
      0
     ],
     "destination": [
      "obj-9",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-11",
      1
     ],
     "destination": [
      "obj-15",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-15",
      0
     ],
     "destination": [
      "obj-14",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-16",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-17",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-18",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-19",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-20",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-21",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-22",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-23",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-24",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-26",
      0
     ],
     "destination": [
      "obj-27",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-27",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      1
     ],
     "destination": [
      "obj-28",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-28",
      0
     ],
     "destination": [
      "obj-29",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-29",
      0
     ],
     "destination": [
      "obj-26",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-31",
      0
     ],
     "destination": [
      "obj-32",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-32",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      2
     ],
     "destination": [
      "obj-33",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-33",
      0
     ],
     "destination": [
      "obj-34",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-34",
      0
     ],
     "destination": [
      "obj-31",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-36",
      0
     ],
     "destination": [
      "obj-37",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-37",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      3
     ],
     "destination": [
      "obj-38",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-38",
      0
     ],
     "destination": [
      "obj-39",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-39",
      0
     ],
     "destination": [
      "obj-36",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-41",
      0
     ],
     "destination": [
      "obj-42",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-42",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      4
     ],
     "destination": [
      "obj-43",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-43",
      0
     ],
     "destination": [
      "obj-44",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-44",
      0
     ],
     "destination": [
      "obj-41",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-46",
      0
     ],
     "destination": [
      "obj-47",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-47",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      5
     ],
     "destination": [
      "obj-48",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-48",
      0
     ],
     "destination": [
      "obj-49",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-49",
      0
     ],
     "destination": [
      "obj-46",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-51",
      0
     ],
     "destination": [
      "obj-52",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-52",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      6
     ],
     "destination": [
      "obj-53",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-53",
      0
     ],
     "destination": [
      "obj-54",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-54",
      0
     ],
     "destination": [
      "obj-51",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-56",
      0
     ],
     "destination": [
      "obj-57",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-57",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      7
     ],
     "destination": [
      "obj-58",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-58",
      0
     ],
     "destination": [
      "obj-59",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-59",
      0
     ],
     "destination": [
      "obj-56",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-61",
      0
     ],
     "destination": [
      "obj-62",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-62",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      8
     ],
     "destination": [
      "obj-63",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-63",
      0
     ],
     "destination": [
      "obj-64",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-64",
      0
     ],
     "destination": [
      "obj-61",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-66",
      0
     ],
     "destination": [
      "obj-67",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-67",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      9
     ],
     "destination": [
      "obj-68",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-68",
      0
     ],
     "destination": [
      "obj-69",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-69",
      0
     ],
     "destination": [
      "obj-66",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-71",
      0
     ],
     "destination": [
      "obj-72",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-72",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      10
     ],
     "destination": [
      "obj-73",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-73",
      0
     ],
     "destination": [
      "obj-74",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-74",
      0
     ],
     "destination": [
      "obj-71",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-76",
      0
     ],
     "destination": [
      "obj-77",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-77",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      11
     ],
     "destination": [
      "obj-78",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-78",
      0
     ],
     "destination": [
      "obj-79",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-79",
      0
     ],
     "destination": [
      "obj-76",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-81",
      0
     ],
     "destination": [
      "obj-82",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-82",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      12
     ],
     "destination": [
      "obj-83",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-83",
      0
     ],
     "destination": [
      "obj-84",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-84",
      0
     ],
     "destination": [
      "obj-81",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-86",
      0
     ],
     "destination": [
      "obj-87",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      13
     ],
     "destination": [
      "obj-88",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-88",
      0
     ],
     "destination": [
      "obj-89",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-89",
      0
     ],
     "destination": [
      "obj-86",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-91",
      0
     ],
     "destination": [
      "obj-92",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-92",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      14
     ],
     "destination": [
      "obj-93",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-93",
      0
     ],
     "destination": [
      "obj-94",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-94",
      0
     ],
     "destination": [
      "obj-91",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-96",
      0
     ],
     "destination": [
      "obj-97",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-97",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      15
     ],
     "destination": [
      "obj-98",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-98",
      0
     ],
     "destination": [
      "obj-99",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-99",
      0
     ],
     "destination": [
      "obj-96",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-101",
      0
     ],
     "destination": [
      "obj-102",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-102",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      16
     ],
     "destination": [
      "obj-103",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-103",
      0
     ],
     "destination": [
      "obj-104",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-104",
      0
     ],
     "destination": [
      "obj-101",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-106",
      0
     ],
     "destination": [
      "obj-107",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-107",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      17
     ],
     "destination": [
      "obj-108",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-108",
      0
     ],
     "destination": [
      "obj-109",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-109",
      0
     ],
     "destination": [
      "obj-106",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-111",
      0
     ],
     "destination": [
      "obj-112",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-112",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      18
     ],
     "destination": [
      "obj-113",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-113",
      0
     ],
     "destination": [
      "obj-114",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-114",
      0
     ],
     "destination": [
      "obj-111",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-116",
      0
     ],
     "destination": [
      "obj-117",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-117",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      19
     ],
     "destination": [
      "obj-118",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-118",
      0
     ],
     "destination": [
      "obj-119",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-119",
      0
     ],
     "destination": [
      "obj-116",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-121",
      0
     ],
     "destination": [
      "obj-122",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-122",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      20
     ],
     "destination": [
      "obj-123",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-123",
      0
     ],
     "destination": [
      "obj-124",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-124",
      0
     ],
     "destination": [
      "obj-121",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-126",
      0
     ],
     "destination": [
      "obj-127",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-127",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      21
     ],
     "destination": [
      "obj-128",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-128",
      0
     ],
     "destination": [
      "obj-129",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-129",
      0
     ],
     "destination": [
      "obj-126",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-131",
      0
     ],
     "destination": [
      "obj-132",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-132",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      22
     ],
     "destination": [
      "obj-133",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-133",
      0
     ],
     "destination": [
      "obj-134",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-134",
      0
     ],
     "destination": [
      "obj-131",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-136",
      0
     ],
     "destination": [
      "obj-137",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-137",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      23
     ],
     "destination": [
      "obj-138",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-138",
      0
     ],
     "destination": [
      "obj-139",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-139",
      0
     ],
     "destination": [
      "obj-136",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-141",
      0
     ],
     "destination": [
      "obj-142",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-142",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      24
     ],
     "destination": [
      "obj-143",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-143",
      0
     ],
     "destination": [
      "obj-144",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-144",
      0
     ],
     "destination": [
      "obj-141",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-146",
      0
     ],
     "destination": [
      "obj-147",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-147",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      25
     ],
     "destination": [
      "obj-148",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-148",
      0
     ],
     "destination": [
      "obj-149",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-149",
      0
     ],
     "destination": [
      "obj-146",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-151",
      0
     ],
     "destination": [
      "obj-152",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-152",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      26
     ],
     "destination": [
      "obj-153",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-153",
      0
     ],
     "destination": [
      "obj-154",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-154",
      0
     ],
     "destination": [
      "obj-151",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-156",
      0
     ],
     "destination": [
      "obj-157",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-157",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      27
     ],
     "destination": [
      "obj-158",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-158",
      0
     ],
     "destination": [
      "obj-159",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-159",
      0
     ],
     "destination": [
      "obj-156",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-161",
      0
     ],
     "destination": [
      "obj-162",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-162",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      28
     ],
     "destination": [
      "obj-163",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-163",
      0
     ],
     "destination": [
      "obj-164",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-164",
      0
     ],
     "destination": [
      "obj-161",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-166",
      0
     ],
     "destination": [
      "obj-167",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-167",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      29
     ],
     "destination": [
      "obj-168",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-168",
      0
     ],
     "destination": [
      "obj-169",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-169",
      0
     ],
     "destination": [
      "obj-166",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-171",
      0
     ],
     "destination": [
      "obj-172",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-172",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      30
     ],
     "destination": [
      "obj-173",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-173",
      0
     ],
     "destination": [
      "obj-174",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-174",
      0
     ],
     "destination": [
      "obj-171",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-176",
      0
     ],
     "destination": [
      "obj-177",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-177",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      31
     ],
     "destination": [
      "obj-178",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-178",
      0
     ],
     "destination": [
      "obj-179",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-179",
      0
     ],
     "destination": [
      "obj-176",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-181",
      0
     ],
     "destination": [
      "obj-182",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-182",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      32
     ],
     "destination": [
      "obj-183",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-183",
      0
     ],
     "destination": [
      "obj-184",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-184",
      0
     ],
     "destination": [
      "obj-181",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-186",
      0
     ],
     "destination": [
      "obj-187",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-187",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      33
     ],
     "destination": [
      "obj-188",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-188",
      0
     ],
     "destination": [
      "obj-189",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-189",
      0
     ],
     "destination": [
      "obj-186",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-191",
      0
     ],
     "destination": [
      "obj-192",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-192",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      34
     ],
     "destination": [
      "obj-193",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-193",
      0
     ],
     "destination": [
      "obj-194",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-194",
      0
     ],
     "destination": [
      "obj-191",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-196",
      0
     ],
     "destination": [
      "obj-197",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-197",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      35
     ],
     "destination": [
      "obj-198",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-198",
      0
     ],
     "destination": [
      "obj-199",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-199",
      0
     ],
     "destination": [
      "obj-196",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-201",
      0
     ],
     "destination": [
      "obj-202",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-202",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      36
     ],
     "destination": [
      "obj-203",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-203",
      0
     ],
     "destination": [
      "obj-204",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-204",
      0
     ],
     "destination": [
      "obj-201",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-206",
      0
     ],
     "destination": [
      "obj-207",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-207",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      37
     ],
     "destination": [
      "obj-208",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-208",
      0
     ],
     "destination": [
      "obj-209",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-209",
      0
     ],
     "destination": [
      "obj-206",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-211",
      0
     ],
     "destination": [
      "obj-212",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-212",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      38
     ],
     "destination": [
      "obj-213",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-213",
      0
     ],
     "destination": [
      "obj-214",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-214",
      0
     ],
     "destination": [
      "obj-211",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-216",
      0
     ],
     "destination": [
      "obj-217",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-217",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      39
     ],
     "destination": [
      "obj-218",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-218",
      0
     ],
     "destination": [
      "obj-219",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-219",
      0
     ],
     "destination": [
      "obj-216",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-221",
      0
     ],
     "destination": [
      "obj-222",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-222",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      40
     ],
     "destination": [
      "obj-223",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-223",
      0
     ],
     "destination": [
      "obj-224",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-224",
      0
     ],
     "destination": [
      "obj-221",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-226",
      0
     ],
     "destination": [
      "obj-227",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-227",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      41
     ],
     "destination": [
      "obj-228",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-228",
      0
     ],
     "destination": [
      "obj-229",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-229",
      0
     ],
     "destination": [
      "obj-226",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-231",
      0
     ],
     "destination": [
      "obj-232",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-232",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      42
     ],
     "destination": [
      "obj-233",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-233",
      0
     ],
     "destination": [
      "obj-234",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-234",
      0
     ],
     "destination": [
      "obj-231",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-236",
      0
     ],
     "destination": [
      "obj-237",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-237",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      43
     ],
     "destination": [
      "obj-238",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-238",
      0
     ],
     "destination": [
      "obj-239",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-239",
      0
     ],
     "destination": [
      "obj-236",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-241",
      0
     ],
     "destination": [
      "obj-242",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-242",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      44
     ],
     "destination": [
      "obj-243",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-243",
      0
     ],
     "destination": [
      "obj-244",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-244",
      0
     ],
     "destination": [
      "obj-241",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-246",
      0
     ],
     "destination": [
      "obj-247",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-247",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      45
     ],
     "destination": [
      "obj-248",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-248",
      0
     ],
     "destination": [
      "obj-249",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-249",
      0
     ],
     "destination": [
      "obj-246",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-251",
      0
     ],
     "destination": [
      "obj-252",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-252",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      46
     ],
     "destination": [
      "obj-253",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-253",
      0
     ],
     "destination": [
      "obj-254",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-254",
      0
     ],
     "destination": [
      "obj-251",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-256",
      0
     ],
     "destination": [
      "obj-257",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-257",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      47
     ],
     "destination": [
      "obj-258",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-258",
      0
     ],
     "destination": [
      "obj-259",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-259",
      0
     ],
     "destination": [
      "obj-256",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-261",
      0
     ],
     "destination": [
      "obj-262",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-262",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      48
     ],
     "destination": [
      "obj-263",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-263",
      0
     ],
     "destination": [
      "obj-264",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-264",
      0
     ],
     "destination": [
      "obj-261",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-266",
      0
     ],
     "destination": [
      "obj-267",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-267",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      49
     ],
     "destination": [
      "obj-268",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-268",
      0
     ],
     "destination": [
      "obj-269",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-269",
      0
     ],
     "destination": [
      "obj-266",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-271",
      0
     ],
     "destination": [
      "obj-272",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-272",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      50
     ],
     "destination": [
      "obj-273",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-273",
      0
     ],
     "destination": [
      "obj-274",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-274",
      0
     ],
     "destination": [
      "obj-271",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-275",
      0
     ],
     "destination": [
      "obj-276",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-275",
      1
     ],
     "destination": [
      "obj-276",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-276",
      0
     ],
     "destination": [
      "obj-277",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-277",
      0
     ],
     "destination": [
      "obj-1",
      0
     ]
    }
   }
  ]
 }
}
